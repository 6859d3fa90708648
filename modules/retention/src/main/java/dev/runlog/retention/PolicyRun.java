package dev.runlog.retention;

import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.ledger.PolicyStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks how much work each policy has, and creates cleanups for it while the policy window is open. */
final class PolicyRun {
    private static final Logger log = LoggerFactory.getLogger(PolicyRun.class);
    private static final String ALL_OWNERS_REQUESTER = "retention-policy";

    private final PolicyStore policies;
    private final CleanupStore cleanups;
    private final RetentionConfig config;
    private final Clock clock;
    private final Window window;
    private long overdue;
    private Duration behind = Duration.ZERO;

    PolicyRun(PolicyStore policies, CleanupStore cleanups, RetentionConfig config, Clock clock) {
        this.policies = policies;
        this.cleanups = cleanups;
        this.config = config;
        this.clock = clock;
        this.window = config.window();
    }

    /**
     * Creates a cleanup for each policy that has work, unless another server has already done so. Returns the number of
     * cleanups. If one policy fails, the others still run.
     */
    Future<Integer> runOnce() {
        Sums sums = new Sums();
        return policies.listAll()
                .compose(all -> {
                    Future<Void> run = Future.succeededFuture();
                    for (RetentionPolicy policy : all) {
                        run = run.compose(previous -> run(policy, sums)).recover(failure -> {
                            log.warn("Retention policy {} did not run: {}", policy.id(), failure.toString());
                            return Future.succeededFuture();
                        });
                    }
                    return run;
                })
                .map(done -> {
                    overdue = sums.overdue;
                    behind = sums.behind;
                    return sums.created;
                });
    }

    /** Number of executions that policies should already have deleted, as of the last run. */
    long overdue() {
        return overdue;
    }

    /** How long the oldest of them has been overdue, as of the last run. */
    Duration behind() {
        return behind;
    }

    /** Figures of the current run. They are published when it ends. */
    private static final class Sums {
        int created;
        long overdue;
        Duration behind = Duration.ZERO;
    }

    private Future<Void> run(RetentionPolicy policy, Sums sums) {
        Instant now = clock.instant();
        CleanupCriteria criteria = criteria(policy, now);
        String requester = Objects.requireNonNullElse(policy.owner(), ALL_OWNERS_REQUESTER);
        return cleanups.preview(criteria, policy.id(), config.previewRowsMax())
                .compose(found -> mark(policy, found, now, sums).map(found.executions() > 0))
                .compose(work -> {
                    if (!window.isOpen(now)) {
                        return Future.succeededFuture();
                    }
                    // Half an interval, because the timers of several servers are not synchronized.
                    Instant notSince = now.minus(config.policyInterval().dividedBy(2));
                    return policies.run(policy.id(), now, notSince, work ? criteria : null, requester)
                            .onSuccess(claimed -> sums.created += claimed && work ? 1 : 0)
                            .mapEmpty();
                });
    }

    private static CleanupCriteria criteria(RetentionPolicy policy, Instant now) {
        return CleanupCriteria.startedBefore(bound(policy.keepFor(), now))
                .withStatuses(policy.statuses())
                .withWorkflow(policy.workflowId())
                .withOwner(policy.owner())
                .withKeepLast(policy.keepLast());
    }

    /**
     * Returns the time before which a policy deletes. If executions are kept for whole days, the bound is the start of
     * a UTC day. The cleanup can then drop whole partitions instead of deleting row by row.
     */
    static Instant bound(@Nullable Duration keepFor, Instant now) {
        if (keepFor == null) {
            return now;
        }
        Instant bound = now.minus(keepFor);
        return isWholeDays(keepFor) ? bound.truncatedTo(ChronoUnit.DAYS) : bound;
    }

    private static boolean isWholeDays(Duration keepFor) {
        return keepFor.equals(Duration.ofDays(keepFor.toDays()));
    }

    private Future<Void> mark(RetentionPolicy policy, CleanupPreview found, Instant now, Sums sums) {
        Instant since = overdueSince(policy, found);
        sums.overdue += found.executions();
        if (since != null && Duration.between(since, now).compareTo(sums.behind) > 0) {
            sums.behind = Duration.between(since, now);
        }
        return policies.markOverdue(policy.id(), found.executions(), since);
    }

    private static @Nullable Instant overdueSince(RetentionPolicy policy, CleanupPreview found) {
        Instant oldest = found.oldestStartedAt();
        Duration keepFor = policy.keepFor();
        if (oldest == null || found.executions() == 0) {
            return null;
        }
        if (keepFor == null) {
            return oldest;
        }
        Instant kept =
                isWholeDays(keepFor) ? oldest.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)) : oldest;
        return kept.plus(keepFor);
    }
}
