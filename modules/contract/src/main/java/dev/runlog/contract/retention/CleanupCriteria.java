package dev.runlog.contract.retention;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Workflow;
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
 * @param deletesWorkflow whether to also delete the workflow, if none of its executions is left
 */
public record CleanupCriteria(
        Instant before,
        Set<ExecutionStatus> statuses,
        @Nullable UUID workflowId,
        @Nullable String owner,
        @Nullable Integer keepLast,
        boolean ignorePolicies,
        boolean deletesWorkflow) {
    public CleanupCriteria {
        statuses = Set.copyOf(statuses);
    }

    public CleanupCriteria(
            Instant before,
            Set<ExecutionStatus> statuses,
            @Nullable UUID workflowId,
            @Nullable String owner,
            @Nullable Integer keepLast,
            boolean ignorePolicies) {
        this(before, statuses, workflowId, owner, keepLast, ignorePolicies, false);
    }

    /** A workflow with all its executions that started before a time. */
    public static CleanupCriteria ofWorkflow(Workflow workflow, Instant before) {
        return new CleanupCriteria(before, Set.of(), workflow.id(), workflow.owner(), null, true, true);
    }
}
