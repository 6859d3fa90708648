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

    /** All finished executions of all owners that started before a time. */
    public static CleanupCriteria startedBefore(Instant before) {
        return new CleanupCriteria(before, Set.of(), null, null, null, false, false);
    }

    /** A workflow with all its executions that started before a time. */
    public static CleanupCriteria ofWorkflow(Workflow workflow, Instant before) {
        return new CleanupCriteria(before, Set.of(), workflow.id(), workflow.owner(), null, true, true);
    }

    /** Returns a copy that matches any of these statuses; all except {@code RUNNING} if there are none. */
    public CleanupCriteria withStatuses(Set<ExecutionStatus> anyOf) {
        return new CleanupCriteria(before, anyOf, workflowId, owner, keepLast, ignorePolicies, deletesWorkflow);
    }

    /** Returns a copy for one workflow; for all if null. */
    public CleanupCriteria withWorkflow(@Nullable UUID id) {
        return new CleanupCriteria(before, statuses, id, owner, keepLast, ignorePolicies, deletesWorkflow);
    }

    /** Returns a copy for one owner; for all if null. */
    public CleanupCriteria withOwner(@Nullable String subject) {
        return new CleanupCriteria(before, statuses, workflowId, subject, keepLast, ignorePolicies, deletesWorkflow);
    }

    /** Returns a copy that keeps the latest executions of each workflow; none if null. */
    public CleanupCriteria withKeepLast(@Nullable Integer number) {
        return new CleanupCriteria(before, statuses, workflowId, owner, number, ignorePolicies, deletesWorkflow);
    }

    /** Returns a copy that also deletes executions that a retention policy would keep longer, or does not. */
    public CleanupCriteria withIgnorePolicies(boolean ignore) {
        return new CleanupCriteria(before, statuses, workflowId, owner, keepLast, ignore, deletesWorkflow);
    }
}
