package dev.runlog.gateway.live;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Ends when a connection has taken nothing for too long: begun when its queue is full, ended when it drains. */
public final class Patience {
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Duration patience;
    private final Runnable onOver;
    private long timer = NO_TIMER;

    public Patience(Vertx vertx, Duration patience, Runnable onOver) {
        this.vertx = vertx;
        this.patience = patience;
        this.onOver = onOver;
    }

    /** Begins, unless it has begun already. */
    public void begin() {
        if (timer == NO_TIMER) {
            timer = vertx.setTimer(patience.toMillis(), fired -> {
                timer = NO_TIMER;
                onOver.run();
            });
        }
    }

    public void end() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
