package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.WorkflowDeleted;
import dev.runlog.storage.cleanup.CleanupSession.EndedDeletion;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reports the progress of a cleanup to subscribers and metrics. */
final class Progress {
    /** People cannot follow faster updates, and each report reads the ledger. */
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final CleanupLedger ledger;
    private final Bus bus;
    private final Counter deleted;
    private final Counter dropped;
    private @Nullable Cleanup reported;
    private long reportedAt = System.nanoTime();

    Progress(CleanupLedger ledger, Bus bus, MeterRegistry meters) {
        this.ledger = ledger;
        this.bus = bus;
        this.deleted = Counter.builder("runlog.retention.deleted")
                .description("Executions that cleanups deleted.")
                .register(meters);
        this.dropped = Counter.builder("runlog.retention.partitions.dropped")
                .description("Days that cleanups dropped whole.")
                .register(meters);
    }

    /** Reports now, and returns the current state of the cleanup. */
    Future<Cleanup> report(Cleanup cleanup) {
        reportedAt = System.nanoTime();
        return ledger.get(cleanup.id()).onSuccess(now -> count(cleanup, now)).onSuccess(this::announce);
    }

    /** Reports unless the last report is very recent. */
    Future<Void> reportThrottled(Cleanup cleanup) {
        return System.nanoTime() - reportedAt < INTERVAL.toNanos()
                ? Future.succeededFuture()
                : report(cleanup).mapEmpty();
    }

    void announce(Cleanup cleanup) {
        bus.publish(new CleanupProgressed(cleanup));
    }

    /** Announces the end of a workflow's deletion, also to the caches of recording. */
    Future<Void> announceDeletion(EndedDeletion ended) {
        Cleanup cleanup = ended.cleanup();
        if (cleanup.state() == Cleanup.State.COMPLETED) {
            bus.publish(new WorkflowDeleted(
                    Objects.requireNonNull(cleanup.criteria().workflowId()),
                    Objects.requireNonNull(cleanup.criteria().owner())));
        }
        announce(cleanup);
        return announceEnded(ended.cancelled());
    }

    /** Informs subscribers of cleanups that a change or deletion of their policy cancelled. */
    Future<Void> announceEnded(List<UUID> cleanups) {
        return cleanups.isEmpty()
                ? Future.succeededFuture()
                : ledger.load(Database.RUNLOG, null, cleanups)
                        .onSuccess(all -> all.forEach(this::announce))
                        .mapEmpty();
    }

    private void count(Cleanup started, Cleanup now) {
        Cleanup before = reported == null || !reported.id().equals(now.id()) ? started : reported;
        deleted.increment(now.deleted() - before.deleted());
        dropped.increment(now.partitionsDropped() - (double) before.partitionsDropped());
        reported = now;
    }
}
