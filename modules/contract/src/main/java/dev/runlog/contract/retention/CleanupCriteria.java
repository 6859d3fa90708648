package dev.runlog.contract.retention;

import dev.runlog.contract.model.ExecutionStatus;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which executions a cleanup deletes. It never deletes running or held ones, nor the children of executions that it
 * keeps.
 *
 * @param before exclusive upper bound of the start
 * @param statuses any of these; empty for all except {@code RUNNING}
 * @param workflowId null for all workflows
 * @param owner null for all owners
 * @param keepLast number of latest executions with these statuses to keep per workflow; null for none
 * @param ignorePolicies whether to also delete executions that a retention policy would keep longer
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
