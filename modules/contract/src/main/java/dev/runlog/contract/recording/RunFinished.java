package dev.runlog.contract.recording;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
public record RunFinished(
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
    public RunFinished {
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

        public RunFinished build() {
            return new RunFinished(
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
