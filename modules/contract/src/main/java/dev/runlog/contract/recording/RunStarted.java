package dev.runlog.contract.recording;

import dev.runlog.contract.model.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run started.
 *
 * @param execution an ID must be a UUID version 7; its timestamp orders all lists
 * @param queuedAt null if it was not queued; of {@link Queued}, null for the timestamp of the ID, or now without one
 * @param startedAt null for the timestamp of the ID, or now without one or if it was queued
 * @param attempt attempt number, starting at 1; null for 1
 * @param parent the execution that started this one; it may be recorded later
 * @param retryOf the execution that this one repeats; it may be recorded later
 * @param payload JSON text
 * @param heartbeatTimeout time without a heartbeat after which it becomes {@code CRASHED}; null for never
 */
public record RunStarted(
        ExecutionRef execution,
        @Nullable String owner,
        WorkflowRef workflow,
        @Nullable Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable String trigger,
        @Nullable Integer attempt,
        @Nullable ExecutionRef parent,
        @Nullable ExecutionRef retryOf,
        Map<String, String> labels,
        @Nullable String payload,
        @Nullable Duration heartbeatTimeout)
        implements RecordingEvent {
    public RunStarted {
        labels = Labels.sorted(labels);
    }

    /** Builds a start with these components, except for those that are then set. */
    public Builder toBuilder() {
        return new Builder(workflow)
                .execution(execution)
                .owner(owner)
                .queuedAt(queuedAt)
                .startedAt(startedAt)
                .trigger(trigger)
                .attempt(attempt)
                .parent(parent)
                .retryOf(retryOf)
                .labels(labels)
                .payload(payload)
                .heartbeatTimeout(heartbeatTimeout);
    }

    /** Builds a start; the other components are unset by default. */
    public static Builder builder(WorkflowRef workflow) {
        return new Builder(workflow);
    }

    /** Builds a start from the components that are set. */
    public static final class Builder {
        private final WorkflowRef workflow;
        private ExecutionRef execution = ExecutionRef.NEW;
        private @Nullable String owner;
        private @Nullable Instant queuedAt;
        private @Nullable Instant startedAt;
        private @Nullable String trigger;
        private @Nullable Integer attempt;
        private @Nullable ExecutionRef parent;
        private @Nullable ExecutionRef retryOf;
        private Map<String, String> labels = Map.of();
        private @Nullable String payload;
        private @Nullable Duration heartbeatTimeout;

        private Builder(WorkflowRef workflow) {
            this.workflow = workflow;
        }

        /** Null for a new execution. */
        public Builder execution(@Nullable ExecutionRef execution) {
            this.execution = execution == null ? ExecutionRef.NEW : execution;
            return this;
        }

        public Builder executionId(@Nullable UUID id) {
            return execution(id == null ? null : ExecutionRef.of(id));
        }

        public Builder owner(@Nullable String owner) {
            this.owner = owner;
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

        public Builder trigger(@Nullable String trigger) {
            this.trigger = trigger;
            return this;
        }

        public Builder attempt(@Nullable Integer attempt) {
            this.attempt = attempt;
            return this;
        }

        public Builder parent(@Nullable ExecutionRef parent) {
            this.parent = parent;
            return this;
        }

        public Builder parentId(@Nullable UUID id) {
            return parent(id == null ? null : ExecutionRef.of(id));
        }

        public Builder retryOf(@Nullable ExecutionRef retryOf) {
            this.retryOf = retryOf;
            return this;
        }

        public Builder labels(Map<String, String> labels) {
            this.labels = labels;
            return this;
        }

        public Builder payload(@Nullable String payload) {
            this.payload = payload;
            return this;
        }

        public Builder heartbeatTimeout(@Nullable Duration heartbeatTimeout) {
            this.heartbeatTimeout = heartbeatTimeout;
            return this;
        }

        public RunStarted build() {
            return new RunStarted(
                    execution,
                    owner,
                    workflow,
                    queuedAt,
                    startedAt,
                    trigger,
                    attempt,
                    parent,
                    retryOf,
                    labels,
                    payload,
                    heartbeatTimeout);
        }
    }
}
