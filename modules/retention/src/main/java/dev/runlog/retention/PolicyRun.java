package dev.runlog.retention;

import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.cleanup.PolicyStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks how far behind the policies are and, within their window, turns them into cleanups. */
final class PolicyRun {
    private static final Logger log = LoggerFactory.getLogger(PolicyRun.class);
    private static final String FOR_ALL_OWNERS = "retention-policy";

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
     * Enters a cleanup for each policy that has work and was not run by another server; returns how many. A policy that
     * fails keeps no other from its turn.
     */
    Future<Integer> runOnce() {
        return policies.listAll().compose(all -> runFrom(all, 0, new Sums()));
    }

    /** Executions that the policies were to delete and have not, when they looked last. */
    long overdue() {
        return overdue;
    }

    /** For how long the oldest of them was to go, when they looked last. */
    Duration behind() {
        return behind;
    }

    static void logFailure(Throwable failure) {
        log.warn("The retention policies did not run: {}", failure.toString());
    }

    /** What a run has found so far; it counts once it is over. */
    private static final class Sums {
        int made;
        long overdue;
        Duration behind = Duration.ZERO;
    }

    private Future<Integer> runFrom(List<RetentionPolicy> all, int index, Sums sums) {
        if (index == all.size()) {
            overdue = sums.overdue;
            behind = sums.behind;
            return Future.succeededFuture(sums.made);
        }
        RetentionPolicy policy = all.get(index);
        return run(policy, sums)
                .recover(failure -> {
                    log.warn("Retention policy {} did not run: {}", policy.id(), failure.toString());
                    return Future.succeededFuture();
                })
                .compose(done -> runFrom(all, index + 1, sums));
    }

    private Future<?> run(RetentionPolicy policy, Sums sums) {
        Instant now = clock.instant();
        CleanupCriteria criteria = criteria(policy, now);
        String requester = Objects.requireNonNullElse(policy.owner(), FOR_ALL_OWNERS);
        return cleanups.preview(criteria, policy.id(), config.previewRowsMax())
                .compose(found -> mark(policy, found, now, sums).map(found))
                .compose(found -> {
                    if (!window.isOpen(now)) {
                        return Future.succeededFuture(false);
                    }
                    // Half an interval: timers of several servers do not tick together.
                    Instant notSince = now.minus(config.policyInterval().dividedBy(2));
                    boolean work = found.executions() > 0;
                    return policies.run(policy.id(), now, notSince, work ? criteria : null, requester)
                            .map(mine -> mine && work);
                })
                .onSuccess(made -> sums.made += made ? 1 : 0);
    }

    private static CleanupCriteria criteria(RetentionPolicy policy, Instant now) {
        return new CleanupCriteria(
                bound(policy.keepFor(), now),
                policy.statuses(),
                policy.workflowId(),
                policy.owner(),
                policy.keepLast(),
                false);
    }

    /**
     * What is kept for whole days goes by whole days of UTC, once all of a day is that old: a day goes at once by its
     * partition, where an hour of it would go row by row.
     */
    static Instant bound(@Nullable Duration keepFor, Instant now) {
        if (keepFor == null) {
            return now;
        }
        Instant bound = now.minus(keepFor);
        return isOfDays(keepFor) ? bound.truncatedTo(ChronoUnit.DAYS) : bound;
    }

    private static boolean isOfDays(Duration keepFor) {
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
        Instant kept = isOfDays(keepFor) ? oldest.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)) : oldest;
        return kept.plus(keepFor);
    }
}
