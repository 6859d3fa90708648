package dev.runlog.contract.recording;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Labels;
import dev.runlog.contract.model.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an execution. Recording it twice changes nothing, except for a start without an ID, which
 * creates a new run each time. Events that name their workflow may arrive in any order: the first one creates the
 * execution.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RecordingEvent.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = RecordingEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = RecordingEvent.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = RecordingEvent.Completed.class, name = "execution"),
    @JsonSubTypes.Type(value = RecordingEvent.StepsRecorded.class, name = "steps"),
    @JsonSubTypes.Type(value = RecordingEvent.Heartbeat.class, name = "heartbeat")
})
public sealed interface RecordingEvent {

    ExecutionRef execution();

    /** Owner to record it for; null for the viewer. Another owner requires the scope {@code engine}. */
    @Nullable
    String owner();

    /** A run waits to be started. What it says of the run holds until the start says otherwise; it has no start time. */
    record Queued(Started run) implements RecordingEvent {
        @Override
        public ExecutionRef execution() {
            return run.execution();
        }

        @Override
        public @Nullable String owner() {
            return run.owner();
        }
    }

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
    record Started(
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
        public Started {
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

            public Started build() {
                return new Started(
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

    /**
     * A run finished.
     *
     * @param workflow only required if no other event of the run may have arrived
     * @param status {@code SUCCESS}, {@code FAILED} or {@code CANCELLED}
     * @param startedAt used unless the start gave its own; null if unknown
     * @param finishedAt null for now
     * @param parent used unless the start gave its own; null if unknown
     * @param retryOf used unless the start gave its own; null if unknown
     * @param result JSON text
     * @param warnings what was left out while the event was read
     */
    record Finished(
            ExecutionRef execution,
            @Nullable String owner,
            @Nullable WorkflowRef workflow,
            ExecutionStatus status,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable ExecutionRef parent,
            @Nullable ExecutionRef retryOf,
            @Nullable String result,
            @Nullable ExecutionError error,
            List<String> warnings)
            implements RecordingEvent {
        public Finished {
            warnings = List.copyOf(warnings);
        }

        /** Builds a finish with these components, except for those that are then set. */
        public Builder toBuilder() {
            Builder copy = new Builder(execution, status)
                    .owner(owner)
                    .workflow(workflow)
                    .startedAt(startedAt)
                    .finishedAt(finishedAt)
                    .parent(() -> parent)
                    .retryOf(() -> retryOf)
                    .result(result)
                    .error(error);
            copy.warnings.addAll(warnings);
            return copy;
        }

        /** Builds a finish; the other components are unset by default. */
        public static Builder builder(ExecutionRef execution, ExecutionStatus status) {
            return new Builder(execution, status);
        }

        public static Builder builder(UUID executionId, ExecutionStatus status) {
            return new Builder(ExecutionRef.of(executionId), status);
        }

        /** Builds a finish from the components that are set. */
        public static final class Builder {
            private final ExecutionRef execution;
            private final ExecutionStatus status;
            private @Nullable String owner;
            private @Nullable WorkflowRef workflow;
            private @Nullable Instant startedAt;
            private @Nullable Instant finishedAt;
            private @Nullable ExecutionRef parent;
            private @Nullable ExecutionRef retryOf;
            private @Nullable String result;
            private @Nullable ExecutionError error;
            private final List<String> warnings = new ArrayList<>();

            private Builder(ExecutionRef execution, ExecutionStatus status) {
                this.execution = execution;
                this.status = status;
            }

            public Builder owner(@Nullable String owner) {
                this.owner = owner;
                return this;
            }

            public Builder workflow(@Nullable WorkflowRef workflow) {
                this.workflow = workflow;
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

            /** Sets the parent that is read, unless it is invalid: a link never prevents a finish. */
            public Builder parent(Supplier<@Nullable ExecutionRef> read) {
                this.parent = unlessInvalid("parent", read);
                return this;
            }

            /** Sets the repeated execution that is read, unless it is invalid: a link never prevents a finish. */
            public Builder retryOf(Supplier<@Nullable ExecutionRef> read) {
                this.retryOf = unlessInvalid("retryOf", read);
                return this;
            }

            private @Nullable ExecutionRef unlessInvalid(String what, Supplier<@Nullable ExecutionRef> read) {
                try {
                    return read.get();
                } catch (RunlogException invalid) {
                    warnings.add(what + " ignored: " + invalid.getMessage());
                    return null;
                }
            }

            public Builder result(@Nullable String result) {
                this.result = result;
                return this;
            }

            public Builder error(@Nullable ExecutionError error) {
                this.error = error;
                return this;
            }

            public Finished build() {
                return new Finished(
                        execution,
                        owner,
                        workflow,
                        status,
                        startedAt,
                        finishedAt,
                        parent,
                        retryOf,
                        result,
                        error,
                        warnings);
            }
        }
    }

    /** A run that has already finished: its start and finish in one event. Both refer to the same execution. */
    record Completed(Started start, Finished finish) implements RecordingEvent {
        @Override
        public ExecutionRef execution() {
            return start.execution();
        }

        @Override
        public @Nullable String owner() {
            return start.owner();
        }
    }

    /**
     * Steps started or finished. A known step is updated with the fields that are set; a finished one does not change.
     *
     * @param workflow only required if no other event of the run may have arrived
     */
    record StepsRecorded(
            ExecutionRef execution,
            @Nullable String owner,
            @Nullable WorkflowRef workflow,
            List<StepEvent> steps) implements RecordingEvent {
        public StepsRecorded {
            steps = List.copyOf(steps);
        }
    }

    /**
     * One step of {@link StepsRecorded}.
     *
     * @param index position within the execution, starting at 0
     * @param parentIndex index of the step that contains this one; that step may be recorded later
     * @param attempt attempt number, starting at 1; null keeps the recorded one
     * @param input JSON text
     * @param output JSON text
     */
    record StepEvent(
            int index,
            @Nullable Integer parentIndex,
            @Nullable Integer attempt,
            String name,
            @Nullable String kind,
            StepStatus status,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable String input,
            @Nullable String output,
            @Nullable ExecutionError error) {

        /** Builds a step; the other components are unset by default. */
        public static Builder builder(int index, String name, StepStatus status) {
            return new Builder(index, name, status);
        }

        /** Builds a step from the components that are set. */
        public static final class Builder {
            private final int index;
            private final String name;
            private final StepStatus status;
            private @Nullable Integer parentIndex;
            private @Nullable Integer attempt;
            private @Nullable String kind;
            private @Nullable Instant startedAt;
            private @Nullable Instant finishedAt;
            private @Nullable String input;
            private @Nullable String output;
            private @Nullable ExecutionError error;

            private Builder(int index, String name, StepStatus status) {
                this.index = index;
                this.name = name;
                this.status = status;
            }

            public Builder parentIndex(@Nullable Integer parentIndex) {
                this.parentIndex = parentIndex;
                return this;
            }

            public Builder attempt(@Nullable Integer attempt) {
                this.attempt = attempt;
                return this;
            }

            public Builder kind(@Nullable String kind) {
                this.kind = kind;
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

            public Builder input(@Nullable String input) {
                this.input = input;
                return this;
            }

            public Builder output(@Nullable String output) {
                this.output = output;
                return this;
            }

            public Builder error(@Nullable ExecutionError error) {
                this.error = error;
                return this;
            }

            public StepEvent build() {
                return new StepEvent(
                        index, parentIndex, attempt, name, kind, status, startedAt, finishedAt, input, output, error);
            }
        }
    }

    /**
     * The run is alive: its heartbeat deadline becomes now plus its timeout.
     *
     * @param workflow only required if no other event of the run may have arrived
     */
    record Heartbeat(
            ExecutionRef execution,
            @Nullable String owner,
            @Nullable WorkflowRef workflow) implements RecordingEvent {}
}
