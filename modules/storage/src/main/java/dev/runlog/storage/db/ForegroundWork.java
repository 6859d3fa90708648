package dev.runlog.storage.db;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Tracks the statements of readers and recording, that is, all except those of retention. */
final class ForegroundWork implements Shareable {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long endedAtNanos = System.nanoTime() - TimeUnit.DAYS.toNanos(1);

    /** The instance of this server, which has a single Vert.x. */
    static ForegroundWork of(Vertx vertx) {
        return vertx.sharedData()
                .<String, ForegroundWork>getLocalMap(ForegroundWork.class.getName())
                .computeIfAbsent("server", key -> new ForegroundWork());
    }

    void begin() {
        underWay.incrementAndGet();
    }

    void end() {
        endedAtNanos = System.nanoTime();
        underWay.decrementAndGet();
    }

    /** Whether work is running, or was within the given time. */
    boolean isSeenWithin(Duration time) {
        return underWay.get() > 0 || System.nanoTime() - endedAtNanos < time.toNanos();
    }
}
