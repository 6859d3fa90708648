package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ExecutionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rule for automatic deletion. The most specific policy applies to an execution: one for its workflow, then one for
 * its owner, then one for all owners. Among these, a policy for its status comes before one without statuses.
 *
 * @param workflowId null for all workflows of the owner
 * @param owner null for all owners
 * @param statuses any of these; empty for all except {@code RUNNING}
 * @param keepFor time to keep executions after their start; null if only {@code keepLast} applies
 * @param keepForText {@code keepFor} as it was given; null for a policy from the configuration
 * @param keepLast number of latest executions to keep per workflow, regardless of age; null for none
 * @param fromConfiguration whether it is the default policy from the configuration
 * @param lastCleanupId last cleanup that it requested; null if none yet
 * @param overdue executions that it should have deleted by its last run but has not; null before the first run
 * @param overdueSince time since the oldest of them should have been deleted; null without any
 */
public record RetentionPolicy(
        UUID id,
        @Nullable UUID workflowId,
        @Nullable String owner,
        Set<ExecutionStatus> statuses,
        @Nullable Duration keepFor,
        @Nullable String keepForText,
        @Nullable Integer keepLast,
        boolean fromConfiguration,
        Instant createdAt,
        @Nullable Instant lastRunAt,
        @Nullable UUID lastCleanupId,
        @Nullable Long overdue,
        @Nullable Instant overdueSince)
        implements Message {
    public RetentionPolicy {
        statuses = Set.copyOf(statuses);
    }

    /** Returns a copy without the overdue fields, which reveal the number of other owners' executions. */
    public RetentionPolicy withoutBacklog() {
        return new RetentionPolicy(
                id,
                workflowId,
                owner,
                statuses,
                keepFor,
                keepForText,
                keepLast,
                fromConfiguration,
                createdAt,
                lastRunAt,
                lastCleanupId,
                null,
                null);
    }
}
