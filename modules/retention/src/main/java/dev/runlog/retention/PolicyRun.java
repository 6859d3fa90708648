package dev.runlog.retention;

import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.CleanupStore;
import dev.runlog.storage.PolicyStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns policies into cleanups, where there is something for them to delete. */
final class PolicyRun {
    private static final Logger log = LoggerFactory.getLogger(PolicyRun.class);
    private static final String FOR_ALL_OWNERS = "retention-policy";

    private final PolicyStore policies;
    private final CleanupStore cleanups;
    private final Clock clock;

    PolicyRun(PolicyStore policies, CleanupStore cleanups, Clock clock) {
        this.policies = policies;
        this.cleanups = cleanups;
        this.clock = clock;
    }

    /** Enters a cleanup for each policy that has work; returns how many. */
    Future<Integer> runOnce() {
        return policies.all().compose(all -> runFrom(all, 0, 0));
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
        CleanupCriteria criteria = new CleanupCriteria(
                clock.instant().minus(policy.keepFor()), policy.statuses(), policy.workflowId(), policy.owner());
        String requester = Objects.requireNonNullElse(policy.owner(), FOR_ALL_OWNERS);
        return cleanups.count(criteria, policy.id(), null, 1)
                .compose(found -> found.rows() == 0
                        ? Future.succeededFuture(0)
                        : cleanups.create(criteria, false, requester, policy.id())
                                .map(1))
                .compose(made -> policies.markRun(policy.id()).map(made));
    }
}
