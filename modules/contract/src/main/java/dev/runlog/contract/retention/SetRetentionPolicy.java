package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a policy or replaces the one of the same workflow, owner and statuses. Needs {@code executions:cleanup} for
 * one's own, {@code ops} for all owners. At least one of {@code keepFor} and {@code keepLast} is given.
 */
public record SetRetentionPolicy(
        Viewer viewer,
        @Nullable UUID workflowId,
        boolean allOwners,
        Set<ExecutionStatus> statuses,
        @Nullable Duration keepFor,
        @Nullable Integer keepLast)
        implements Request<RetentionPolicy> {
    public SetRetentionPolicy {
        statuses = Set.copyOf(statuses);
    }
}
