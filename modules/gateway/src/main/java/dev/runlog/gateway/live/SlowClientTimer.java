package dev.runlog.gateway.live;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Runs an action if a client takes nothing for too long. Start it when the write queue is full, stop it when it drains.
 */
public final class SlowClientTimer {
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Duration timeout;
    private final Runnable onTimeout;
    private long timer = NO_TIMER;

    public SlowClientTimer(Vertx vertx, Duration timeout, Runnable onTimeout) {
        this.vertx = vertx;
        this.timeout = timeout;
        this.onTimeout = onTimeout;
    }

    /** Starts the timer unless it runs already. */
    public void start() {
        if (timer == NO_TIMER) {
            timer = vertx.setTimer(timeout.toMillis(), fired -> {
                timer = NO_TIMER;
                onTimeout.run();
            });
        }
    }

    public void stop() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
