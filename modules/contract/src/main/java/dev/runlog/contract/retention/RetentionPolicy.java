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
 * @param keepFor how long executions are kept from their start
 */
public record RetentionPolicy(
        UUID id,
        @Nullable UUID workflowId,
        @Nullable String owner,
        Set<ExecutionStatus> statuses,
        Duration keepFor,
        Instant createdAt,
        @Nullable Instant lastRunAt)
        implements Message {
    public RetentionPolicy {
        statuses = Set.copyOf(statuses);
    }
}
