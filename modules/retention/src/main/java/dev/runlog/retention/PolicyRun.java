package dev.runlog.retention;

import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.CleanupStore;
import dev.runlog.storage.PolicyStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

    /** Enters a cleanup for each policy that has work and was not run by another server; returns how many. */
    Future<Integer> runOnce() {
        return policies.all().compose(all -> {
            overdue = 0;
            behind = Duration.ZERO;
            return runFrom(all, 0, 0);
        });
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

    private Future<Integer> runFrom(List<RetentionPolicy> all, int index, int made) {
        if (index == all.size()) {
            return Future.succeededFuture(made);
        }
        return run(all.get(index)).compose(more -> runFrom(all, index + 1, made + more));
    }

    private Future<Integer> run(RetentionPolicy policy) {
        Instant now = clock.instant();
        CleanupCriteria criteria = criteria(policy, now);
        String requester = Objects.requireNonNullElse(policy.owner(), FOR_ALL_OWNERS);
        return cleanups.preview(criteria, policy.id(), config.previewRowsMax())
                .compose(found -> mark(policy, found, now).map(found))
                .compose(found -> {
                    if (!window.isOpen(now)) {
                        return Future.succeededFuture(0);
                    }
                    // Half an interval: timers of several servers do not tick together.
                    return policies.claim(
                                    policy.id(),
                                    now,
                                    now.minus(config.policyInterval().dividedBy(2)))
                            .compose(mine -> mine && found.executions() > 0
                                    ? cleanups.create(criteria, requester, policy.id())
                                            .map(1)
                                    : Future.succeededFuture(0));
                });
    }

    private static CleanupCriteria criteria(RetentionPolicy policy, Instant now) {
        Duration keepFor = policy.keepFor();
        return new CleanupCriteria(
                keepFor == null ? now : now.minus(keepFor),
                policy.statuses(),
                policy.workflowId(),
                policy.owner(),
                policy.keepLast(),
                false);
    }

    private Future<Void> mark(RetentionPolicy policy, CleanupPreview found, Instant now) {
        Instant since = overdueSince(policy, found);
        overdue += found.executions();
        if (since != null && Duration.between(since, now).compareTo(behind) > 0) {
            behind = Duration.between(since, now);
        }
        return policies.markOverdue(policy.id(), found.executions(), since);
    }

    private static @Nullable Instant overdueSince(RetentionPolicy policy, CleanupPreview found) {
        Instant oldest = found.oldestStartedAt();
        Duration keepFor = policy.keepFor();
        return oldest == null || found.executions() == 0 ? null : keepFor == null ? oldest : oldest.plus(keepFor);
    }
}
