package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ExecutionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is deleted without anyone asking. The most specific policy decides about an execution: one for its workflow
 * before one for its owner before one for all; among these, one that names its status before one that names none.
 *
 * @param workflowId for one workflow; null for all of the owner
 * @param owner for one owner; null for all owners
 * @param statuses for these; empty for any but {@code RUNNING}
 * @param keepFor how long executions are kept from their start; null where only their number counts
 * @param keepLast how many of the newest of each workflow are kept however old; null for none
 * @param fromConfiguration whether it is the default policy of the configuration
 * @param lastCleanupId the last cleanup that it asked for; null where it found nothing to do yet
 * @param overdue executions that it was to delete and has not, when it last looked; null before
 * @param overdueSince since when the oldest of them is to go; null where none is
 */
public record RetentionPolicy(
        UUID id,
        @Nullable UUID workflowId,
        @Nullable String owner,
        Set<ExecutionStatus> statuses,
        @Nullable Duration keepFor,
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

    /** Without how far behind it is: for all owners that is a figure over all of their executions. */
    public RetentionPolicy withoutBacklog() {
        return new RetentionPolicy(
                id,
                workflowId,
                owner,
                statuses,
                keepFor,
                keepLast,
                fromConfiguration,
                createdAt,
                lastRunAt,
                lastCleanupId,
                null,
                null);
    }
}
