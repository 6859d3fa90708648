package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates a policy or replaces the one for the same workflow, owner and statuses. Requires {@code executions:cleanup}
 * or {@code ops} for the viewer's own executions, {@code ops} for others. At least one of {@code keepFor} and {@code
 * keepLast} is required. Fails with {@code NOT_FOUND} if the owner has no such workflow.
 *
 * @param owner null for the viewer, or for all owners with {@code allOwners}
 * @param keepForText {@code keepFor} as the policy shows it
 * @param allOwners whether to include all owners; not allowed with {@code owner}
 */
public record SetRetentionPolicy(
        Viewer viewer,
        @Nullable UUID workflowId,
        @Nullable String owner,
        boolean allOwners,
        Set<ExecutionStatus> statuses,
        @Nullable Duration keepFor,
        @Nullable String keepForText,
        @Nullable Integer keepLast)
        implements Request<RetentionPolicy> {
    public SetRetentionPolicy(
            Viewer viewer,
            @Nullable UUID workflowId,
            @Nullable String owner,
            boolean allOwners,
            Set<ExecutionStatus> statuses,
            @Nullable Duration keepFor,
            @Nullable Integer keepLast) {
        this(
                viewer,
                workflowId,
                owner,
                allOwners,
                statuses,
                keepFor,
                keepFor == null ? null : keepFor.toString(),
                keepLast);
    }

    public SetRetentionPolicy {
        statuses = Set.copyOf(statuses);
    }
}
