package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Protects an execution from cleanups and policies, or releases it. Requires {@code executions:cleanup} for the
 * viewer's own executions and {@code ops} for others. Repeating it changes only the reason.
 *
 * @param held true to hold, false to release
 * @param reason human-readable; null for a release
 */
public record HoldExecution(
        Viewer viewer,
        UUID executionId,
        boolean held,
        @Nullable String reason) implements Request<HoldExecution.Result> {

    /** The execution after the change. */
    public record Result(Execution execution) implements Message {}
}
