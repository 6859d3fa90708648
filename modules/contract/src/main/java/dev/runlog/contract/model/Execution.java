package dev.runlog.contract.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workflow. Its large parts are in {@link ExecutionDetail}.
 *
 * @param id UUID version 7; its timestamp is the start or, of a queued execution, the time when it was queued
 * @param externalId the engine's own ID; null if the engine uses {@code id}
 * @param owner owner of the workflow
 * @param trigger what started it, as named by the engine
 * @param attempt attempt number, starting at 1
 * @param parentId the execution that started this one
 * @param retryOf the execution that this one repeats
 * @param labels sorted by key
 * @param queuedAt millisecond precision; null if it was never queued
 * @param startedAt millisecond precision; null for the time in the ID or, if it was queued, while it has not started
 * @param finishedAt millisecond precision; null while running
 * @param lastHeartbeatAt time of the last heartbeat, or of the start before the first one; null without a deadline
 * @param heartbeatDeadline time at which it becomes {@code CRASHED} without another heartbeat; null if never
 * @param errorFingerprint equal for errors with the same type and origin; null without an error
 * @param truncated parts that exceeded a limit and were cut
 * @param sanitized parts in which U+FFFD replaced characters that cannot be stored
 * @param redacted number of secrets that were replaced in it, not counting its steps
 * @param held whether it is protected from cleanups and policies
 * @param detail large parts that were loaded together with it; null if none were
 */
public record Execution(
        UUID id,
        UUID workflowId,
        String owner,
        @Nullable ExternalId externalId,
        ExecutionStatus status,
        @Nullable String trigger,
        int attempt,
        @Nullable UUID parentId,
        @Nullable UUID retryOf,
        Map<String, String> labels,
        @Nullable Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant lastHeartbeatAt,
        @Nullable Instant heartbeatDeadline,
        @Nullable String errorType,
        @Nullable String errorMessage,
        @Nullable String errorFingerprint,
        Set<ExecutionPart> truncated,
        Set<ExecutionPart> sanitized,
        int redacted,
        boolean held,
        @Nullable ExecutionDetail detail)
        implements ListedExecution {

    public Execution {
        startedAt = ListedExecution.startOf(id, queuedAt, startedAt);
        labels = Labels.sorted(labels);
        truncated = OrderedSet.copyOf(truncated);
        sanitized = OrderedSet.copyOf(sanitized);
    }

    /** Time in the queue; null if it was not queued, or has not started. */
    public @Nullable Duration queuedDuration() {
        if (queuedAt == null || startedAt == null) {
            return null;
        }
        return startedAt.isBefore(queuedAt) ? Duration.ZERO : Duration.between(queuedAt, startedAt);
    }

    /**
     * Returns a copy without its contents: only what an operator may see of another owner's execution. {@link
     * #hasError} stays the same.
     */
    public Execution withoutContents() {
        Builder copy = toBuilder()
                .externalId(null)
                .trigger(null)
                .parentId(null)
                .retryOf(null)
                .labels(Map.of())
                .detail(null);
        return copy.error(null, null, hasError() ? "" : null).build();
    }

    /** Builds a running execution; the defaults are a first attempt without labels or alterations that is not held. */
    public static Builder running(UUID id, UUID workflowId, String owner) {
        return new Builder(id, workflowId, owner);
    }

    public Builder toBuilder() {
        return running(id, workflowId, owner)
                .externalId(externalId)
                .status(status)
                .trigger(trigger)
                .attempt(attempt)
                .parentId(parentId)
                .retryOf(retryOf)
                .labels(labels)
                .queuedAt(queuedAt)
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .heartbeat(lastHeartbeatAt, heartbeatDeadline)
                .error(errorType, errorMessage, errorFingerprint)
                .truncated(truncated)
                .sanitized(sanitized)
                .redacted(redacted)
                .held(held)
                .detail(detail);
    }

    /** Builds an execution from the components that differ from the defaults or from another execution. */
    public static final class Builder {
        private final UUID id;
        private final UUID workflowId;
        private final String owner;
        private @Nullable ExternalId externalId;
        private ExecutionStatus status = ExecutionStatus.RUNNING;
        private @Nullable String trigger;
        private int attempt = 1;
        private @Nullable UUID parentId;
        private @Nullable UUID retryOf;
        private Map<String, String> labels = Map.of();
        private @Nullable Instant queuedAt;
        private @Nullable Instant startedAt;
        private @Nullable Instant finishedAt;
        private @Nullable Instant lastHeartbeatAt;
        private @Nullable Instant heartbeatDeadline;
        private @Nullable String errorType;
        private @Nullable String errorMessage;
        private @Nullable String errorFingerprint;
        private Set<ExecutionPart> truncated = Set.of();
        private Set<ExecutionPart> sanitized = Set.of();
        private int redacted;
        private boolean held;
        private @Nullable ExecutionDetail detail;

        private Builder(UUID id, UUID workflowId, String owner) {
            this.id = id;
            this.workflowId = workflowId;
            this.owner = owner;
        }

        public Builder externalId(@Nullable ExternalId externalId) {
            this.externalId = externalId;
            return this;
        }

        public Builder status(ExecutionStatus status) {
            this.status = status;
            return this;
        }

        public Builder trigger(@Nullable String trigger) {
            this.trigger = trigger;
            return this;
        }

        public Builder attempt(int attempt) {
            this.attempt = attempt;
            return this;
        }

        public Builder parentId(@Nullable UUID parentId) {
            this.parentId = parentId;
            return this;
        }

        public Builder retryOf(@Nullable UUID retryOf) {
            this.retryOf = retryOf;
            return this;
        }

        public Builder labels(Map<String, String> labels) {
            this.labels = labels;
            return this;
        }

        public Builder queuedAt(@Nullable Instant queuedAt) {
            this.queuedAt = queuedAt;
            return this;
        }

        public Builder startedAt(@Nullable Instant startedAt) {
            this.startedAt = startedAt;
            return this;
        }

        public Builder finishedAt(@Nullable Instant finishedAt) {
            this.finishedAt = finishedAt;
            return this;
        }

        public Builder heartbeat(@Nullable Instant lastHeartbeatAt, @Nullable Instant heartbeatDeadline) {
            this.lastHeartbeatAt = lastHeartbeatAt;
            this.heartbeatDeadline = heartbeatDeadline;
            return this;
        }

        /** Sets the deadline, and the last heartbeat before it. */
        public Builder heartbeatDeadline(@Nullable Instant deadline, @Nullable Duration timeout) {
            return heartbeat(deadline == null || timeout == null ? null : deadline.minus(timeout), deadline);
        }

        public Builder error(@Nullable String type, @Nullable String message, @Nullable String fingerprint) {
            this.errorType = type;
            this.errorMessage = message;
            this.errorFingerprint = fingerprint;
            return this;
        }

        public Builder truncated(Set<ExecutionPart> truncated) {
            this.truncated = truncated;
            return this;
        }

        public Builder sanitized(Set<ExecutionPart> sanitized) {
            this.sanitized = sanitized;
            return this;
        }

        public Builder redacted(int redacted) {
            this.redacted = redacted;
            return this;
        }

        public Builder held(boolean held) {
            this.held = held;
            return this;
        }

        public Builder detail(@Nullable ExecutionDetail detail) {
            this.detail = detail;
            return this;
        }

        public Execution build() {
            return new Execution(
                    id,
                    workflowId,
                    owner,
                    externalId,
                    status,
                    trigger,
                    attempt,
                    parentId,
                    retryOf,
                    labels,
                    queuedAt,
                    startedAt,
                    finishedAt,
                    lastHeartbeatAt,
                    heartbeatDeadline,
                    errorType,
                    errorMessage,
                    errorFingerprint,
                    truncated,
                    sanitized,
                    redacted,
                    held,
                    detail);
        }
    }
}
