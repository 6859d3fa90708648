package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Adds a cleanup to the ledger and replies at once; a dry run replies with its preview. Requires the scope {@code
 * executions:cleanup} or {@code ops} for the viewer's own executions, {@code ops} for others. At least one of {@code
 * olderThan}, {@code before}, {@code keepLast} and {@code statuses} is required. Fails with {@code NOT_FOUND} if the
 * owner has no such workflow.
 *
 * @param olderThan minimum age since the start, at most {@link #OLDER_THAN_MAX}
 * @param before exclusive upper bound of the start; with {@code olderThan}, the earlier one applies
 * @param keepLast number of latest executions to keep per workflow; null for none
 * @param ignorePolicies whether to also delete executions that a retention policy would keep longer
 * @param owner null for the viewer, or for all owners with {@code allOwners}
 * @param allOwners whether to include all owners; not allowed with {@code owner}
 */
public record RequestCleanup(
        Viewer viewer,
        @Nullable Duration olderThan,
        @Nullable Instant before,
        Set<ExecutionStatus> statuses,
        @Nullable UUID workflowId,
        @Nullable Integer keepLast,
        boolean ignorePolicies,
        @Nullable String owner,
        boolean allOwners,
        boolean dryRun)
        implements Request<Cleanup> {
    /** Maximum of {@code olderThan}. */
    public static final Duration OLDER_THAN_MAX = Duration.ofDays(20_000);

    public RequestCleanup {
        statuses = Set.copyOf(statuses);
    }

    /** Builds a request; by default, it has no criteria and is for the viewer's own executions. */
    public static Builder builder(Viewer viewer) {
        return new Builder(viewer);
    }

    /** Builds a request from the components that differ from the defaults. */
    public static final class Builder {
        private final Viewer viewer;
        private @Nullable Duration olderThan;
        private @Nullable Instant before;
        private Set<ExecutionStatus> statuses = Set.of();
        private @Nullable UUID workflowId;
        private @Nullable Integer keepLast;
        private boolean ignorePolicies;
        private @Nullable String owner;
        private boolean allOwners;
        private boolean dryRun;

        private Builder(Viewer viewer) {
            this.viewer = viewer;
        }

        public Builder olderThan(@Nullable Duration olderThan) {
            this.olderThan = olderThan;
            return this;
        }

        public Builder before(@Nullable Instant before) {
            this.before = before;
            return this;
        }

        public Builder statuses(Set<ExecutionStatus> statuses) {
            this.statuses = statuses;
            return this;
        }

        public Builder workflowId(@Nullable UUID workflowId) {
            this.workflowId = workflowId;
            return this;
        }

        public Builder keepLast(@Nullable Integer keepLast) {
            this.keepLast = keepLast;
            return this;
        }

        public Builder ignorePolicies(boolean ignorePolicies) {
            this.ignorePolicies = ignorePolicies;
            return this;
        }

        public Builder owner(@Nullable String owner) {
            this.owner = owner;
            return this;
        }

        public Builder allOwners(boolean allOwners) {
            this.allOwners = allOwners;
            return this;
        }

        public Builder dryRun(boolean dryRun) {
            this.dryRun = dryRun;
            return this;
        }

        public RequestCleanup build() {
            return new RequestCleanup(
                    viewer,
                    olderThan,
                    before,
                    statuses,
                    workflowId,
                    keepLast,
                    ignorePolicies,
                    owner,
                    allOwners,
                    dryRun);
        }
    }
}
