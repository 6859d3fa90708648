package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.storage.cleanup.CleanupStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells the followers of a cleanup and the metrics how far it is. */
final class Progress {
    /** Nobody sees more than that, and each time costs a look at the ledger. */
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final CleanupStore store;
    private final Bus bus;
    private final Counter deleted;
    private final Counter dropped;
    private @Nullable UUID seenOf;
    private long deletedSeen;
    private int droppedSeen;
    private long toldAt = System.nanoTime();

    Progress(CleanupStore store, Bus bus, MeterRegistry meters) {
        this.store = store;
        this.bus = bus;
        this.deleted = Counter.builder("runlog.retention.deleted")
                .description("Executions that cleanups deleted.")
                .register(meters);
        this.dropped = Counter.builder("runlog.retention.partitions.dropped")
                .description("Days that cleanups dropped whole.")
                .register(meters);
    }

    /** Tells it now, and returns the cleanup as it is. */
    Future<Cleanup> tell(Cleanup cleanup) {
        toldAt = System.nanoTime();
        return store.get(cleanup.id()).onSuccess(now -> count(cleanup, now)).onSuccess(announcing());
    }

    /** Tells it where it was not told just before. */
    Future<Void> tellNowAndThen(Cleanup cleanup) {
        return System.nanoTime() - toldAt < INTERVAL.toNanos()
                ? Future.succeededFuture()
                : tell(cleanup).mapEmpty();
    }

    Handler<Cleanup> announcing() {
        return announcing(bus);
    }

    static Handler<Cleanup> announcing(Bus bus) {
        return cleanup -> bus.publish(new CleanupProgressed(cleanup));
    }

    private void count(Cleanup before, Cleanup now) {
        if (!now.id().equals(seenOf)) {
            seenOf = now.id();
            deletedSeen = before.deleted();
            droppedSeen = before.partitionsDropped();
        }
        deleted.increment(now.deleted() - deletedSeen);
        dropped.increment(now.partitionsDropped() - (double) droppedSeen);
        deletedSeen = now.deleted();
        droppedSeen = now.partitionsDropped();
    }
}
