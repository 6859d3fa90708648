package dev.runlog.contract.model;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One node of a workflow within an execution.
 *
 * @param index position within the execution, starting at 0; recording it again replaces the fields that are set
 * @param parentIndex index of the step that contains this one; that step may be recorded later
 * @param attempt attempt number, starting at 1; null if none was recorded, which means 1
 * @param kind kind of node, as named by the engine
 * @param input JSON text
 * @param output JSON text
 * @param errorFingerprint null if there is no error
 * @param truncated parts that exceeded a limit and were cut
 * @param sanitized parts in which U+FFFD replaced characters that cannot be stored
 * @param redacted parts in which secrets were replaced
 */
public record Step(
        UUID executionId,
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
        @Nullable ExecutionError error,
        @Nullable String errorFingerprint,
        Set<StepPart> truncated,
        Set<StepPart> sanitized,
        Set<StepPart> redacted) {

    public Step {
        truncated = OrderedSet.copyOf(truncated);
        sanitized = OrderedSet.copyOf(sanitized);
        redacted = OrderedSet.copyOf(redacted);
    }

    public StepId id() {
        return new StepId(executionId, index);
    }

    /** The same step of another execution. */
    public Step ofExecution(UUID id) {
        return copy(id, parentIndex);
    }

    /** The same step without the link to its parent. */
    public Step withoutParent() {
        return copy(executionId, null);
    }

    private Step copy(UUID execution, @Nullable Integer parent) {
        return builder(execution, index, name, status)
                .parentIndex(parent)
                .attempt(attempt)
                .kind(kind)
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .input(input)
                .output(output)
                .error(error, errorFingerprint)
                .truncated(truncated)
                .sanitized(sanitized)
                .redacted(redacted)
                .build();
    }

    /** Builds a step; by default it has no parent, attempt, kind, times, JSON or error, and nothing was altered. */
    public static Builder builder(UUID executionId, int index, String name, StepStatus status) {
        return new Builder(executionId, index, name, status);
    }

    /** Builds a step from the components that differ from the defaults. */
    public static final class Builder {
        private final UUID executionId;
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
        private @Nullable String errorFingerprint;
        private Set<StepPart> truncated = Set.of();
        private Set<StepPart> sanitized = Set.of();
        private Set<StepPart> redacted = Set.of();

        private Builder(UUID executionId, int index, String name, StepStatus status) {
            this.executionId = executionId;
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

        public Builder error(@Nullable ExecutionError error, @Nullable String fingerprint) {
            this.error = error;
            this.errorFingerprint = fingerprint;
            return this;
        }

        public Builder truncated(Set<StepPart> truncated) {
            this.truncated = truncated;
            return this;
        }

        public Builder sanitized(Set<StepPart> sanitized) {
            this.sanitized = sanitized;
            return this;
        }

        public Builder redacted(Set<StepPart> redacted) {
            this.redacted = redacted;
            return this;
        }

        public Step build() {
            return new Step(
                    executionId,
                    index,
                    parentIndex,
                    attempt,
                    name,
                    kind,
                    status,
                    startedAt,
                    finishedAt,
                    input,
                    output,
                    error,
                    errorFingerprint,
                    truncated,
                    sanitized,
                    redacted);
        }
    }
}
