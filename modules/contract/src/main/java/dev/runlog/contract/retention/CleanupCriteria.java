package dev.runlog.contract.retention;

import dev.runlog.contract.model.ExecutionStatus;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which executions a cleanup deletes. Running and held ones are spared in any case, and the children of what is spared.
 *
 * @param before started before
 * @param statuses one of these; empty for any but {@code RUNNING}
 * @param workflowId of this workflow; null for any
 * @param owner of this owner; null for all
 * @param keepLast spare so many of the newest of each workflow among these statuses; null for none
 * @param ignorePolicies delete also what a retention policy would keep longer
 */
public record CleanupCriteria(
        Instant before,
        Set<ExecutionStatus> statuses,
        @Nullable UUID workflowId,
        @Nullable String owner,
        @Nullable Integer keepLast,
        boolean ignorePolicies) {
    public CleanupCriteria {
        statuses = Set.copyOf(statuses);
    }
}
