package dev.runlog.client;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs lost events, at most one line every five seconds, because thousands may be lost at once. */
final class LoggingListener implements RecorderListener {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private long total;
    private long lastLogged = System.nanoTime() - INTERVAL_NANOS;

    @Override
    public synchronized void onLost(int events, String reason) {
        total += events;
        if (isDue()) {
            log.warn("Events were not recorded ({} in total so far): {}", total, reason);
        }
    }

    @Override
    public synchronized void onRejected(String event, String code, String message) {
        total++;
        if (isDue()) {
            log.warn(
                    "The server rejected an event with {} ({} not recorded in total so far): {}", code, total, message);
        }
    }

    private boolean isDue() {
        long now = System.nanoTime();
        if (now - lastLogged < INTERVAL_NANOS) {
            return false;
        }
        lastLogged = now;
        return true;
    }
}
