package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a policy or replaces the one of the same workflow, owner and statuses. Needs {@code executions:cleanup} or
 * {@code ops} for the viewer's own, {@code ops} for another's or everybody's. At least one of {@code keepFor} and {@code
 * keepLast} is given. Fails with {@code NOT_FOUND} where whose executions are meant has no such workflow.
 *
 * @param owner for whose executions; null for the viewer's, or for everybody's with {@code allOwners}
 * @param allOwners across owners; not with an owner
 */
public record SetRetentionPolicy(
        Viewer viewer,
        @Nullable UUID workflowId,
        @Nullable String owner,
        boolean allOwners,
        Set<ExecutionStatus> statuses,
        @Nullable Duration keepFor,
        @Nullable Integer keepLast)
        implements Request<RetentionPolicy> {
    public SetRetentionPolicy {
        statuses = Set.copyOf(statuses);
    }
}
