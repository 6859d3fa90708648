package dev.runlog.storage.db;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether this server runs statements for readers or for recording: all but those of retention. */
final class ForegroundWork implements Shareable {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long endedAtNanos = System.nanoTime() - TimeUnit.DAYS.toNanos(1);

    /** That of a server, which has one Vert.x. */
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

    /** Whether there is some, or was within a while. */
    boolean isSeenWithin(Duration time) {
        return underWay.get() > 0 || System.nanoTime() - endedAtNanos < time.toNanos();
    }
}
