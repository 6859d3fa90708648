package dev.runlog.contract.recording;

import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.StepStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One step of {@link StepsRecorded}.
 *
 * @param index position within the execution, starting at 0
 * @param parentIndex index of the step that contains this one; that step may be recorded later
 * @param attempt attempt number, starting at 1; null keeps the recorded one
 * @param input JSON text
 * @param output JSON text
 */
public record StepEvent(
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
