package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExternalId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that the rollups cannot answer. All given conditions must hold. Lists translate them into SQL;
 * subscriptions decide them for each execution in memory.
 *
 * @param finishedAfter inclusive; only finished executions have a finish time
 * @param finishedBefore exclusive
 * @param minDuration inclusive; only finished executions have a duration
 * @param maxDuration inclusive
 * @param triggers any of these; empty for all
 * @param labels all of these
 * @param errorContains part of the error's message or type, ignoring case
 * @param errorFingerprints any of these; empty for all
 * @param held whether they are held
 * @param rootsOnly only executions without a parent
 * @param retriesOnly only executions that retry another one
 * @param latestAttemptsOnly only executions that no other one retries
 * @param externalId at most one execution has it
 * @param search part of the payload, result, error, labels, trigger or external ID, ignoring case
 */
public record RowFilter(
        @Nullable Instant finishedAfter,
        @Nullable Instant finishedBefore,
        @Nullable Duration minDuration,
        @Nullable Duration maxDuration,
        Set<String> triggers,
        List<LabelCondition> labels,
        @Nullable String errorContains,
        Set<String> errorFingerprints,
        @Nullable UUID parentId,
        @Nullable UUID retryOf,
        @Nullable Boolean held,
        boolean rootsOnly,
        boolean retriesOnly,
        boolean latestAttemptsOnly,
        @Nullable ExternalId externalId,
        @Nullable String search) {

    public static final RowFilter NONE = builder().build();

    public RowFilter {
        triggers = Set.copyOf(triggers);
        labels = List.copyOf(labels);
        errorFingerprints = Set.copyOf(errorFingerprints);
    }

    /** Whether it matches every row. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** Builds a filter; by default it matches every row. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with the conditions of this filter. */
    public Builder toBuilder() {
        return builder()
                .finishedWithin(finishedAfter, finishedBefore)
                .durationWithin(minDuration, maxDuration)
                .triggers(triggers)
                .labels(labels)
                .errorContains(errorContains)
                .errorFingerprints(errorFingerprints)
                .parentId(parentId)
                .retryOf(retryOf)
                .held(held)
                .rootsOnly(rootsOnly)
                .retriesOnly(retriesOnly)
                .latestAttemptsOnly(latestAttemptsOnly)
                .externalId(externalId)
                .search(search);
    }

    /** Builds a filter from the conditions that are given. */
    public static final class Builder {
        private @Nullable Instant finishedAfter;
        private @Nullable Instant finishedBefore;
        private @Nullable Duration minDuration;
        private @Nullable Duration maxDuration;
        private Set<String> triggers = Set.of();
        private List<LabelCondition> labels = List.of();
        private @Nullable String errorContains;
        private Set<String> errorFingerprints = Set.of();
        private @Nullable UUID parentId;
        private @Nullable UUID retryOf;
        private @Nullable Boolean held;
        private boolean rootsOnly;
        private boolean retriesOnly;
        private boolean latestAttemptsOnly;
        private @Nullable ExternalId externalId;
        private @Nullable String search;

        private Builder() {}

        /** {@code after} is inclusive, {@code before} exclusive. */
        public Builder finishedWithin(@Nullable Instant after, @Nullable Instant before) {
            this.finishedAfter = after;
            this.finishedBefore = before;
            return this;
        }

        /** Both are inclusive. */
        public Builder durationWithin(@Nullable Duration min, @Nullable Duration max) {
            this.minDuration = min;
            this.maxDuration = max;
            return this;
        }

        public Builder triggers(Set<String> triggers) {
            this.triggers = triggers;
            return this;
        }

        public Builder labels(List<LabelCondition> labels) {
            this.labels = labels;
            return this;
        }

        public Builder errorContains(@Nullable String errorContains) {
            this.errorContains = errorContains;
            return this;
        }

        public Builder errorFingerprints(Set<String> errorFingerprints) {
            this.errorFingerprints = errorFingerprints;
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

        public Builder held(@Nullable Boolean held) {
            this.held = held;
            return this;
        }

        public Builder rootsOnly(boolean rootsOnly) {
            this.rootsOnly = rootsOnly;
            return this;
        }

        public Builder retriesOnly(boolean retriesOnly) {
            this.retriesOnly = retriesOnly;
            return this;
        }

        public Builder latestAttemptsOnly(boolean latestAttemptsOnly) {
            this.latestAttemptsOnly = latestAttemptsOnly;
            return this;
        }

        public Builder externalId(@Nullable ExternalId externalId) {
            this.externalId = externalId;
            return this;
        }

        public Builder search(@Nullable String search) {
            this.search = search;
            return this;
        }

        public RowFilter build() {
            return new RowFilter(
                    finishedAfter,
                    finishedBefore,
                    minDuration,
                    maxDuration,
                    triggers,
                    labels,
                    errorContains,
                    errorFingerprints,
                    parentId,
                    retryOf,
                    held,
                    rootsOnly,
                    retriesOnly,
                    latestAttemptsOnly,
                    externalId,
                    search);
        }
    }
}
