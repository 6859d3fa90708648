package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an execution whatever cleanups and policies say, or lets it go again. Needs {@code executions:cleanup} for the
 * viewer's own, {@code ops} for any. Saying it twice changes nothing but the reason.
 *
 * @param held true to hold, false to release
 * @param reason why, for people; null when it is released
 */
public record HoldExecution(
        Viewer viewer,
        UUID executionId,
        boolean held,
        @Nullable String reason) implements Request<HoldExecution.Done> {

    /** The execution as it stands now. */
    public record Done(Execution execution) implements Message {}
}
