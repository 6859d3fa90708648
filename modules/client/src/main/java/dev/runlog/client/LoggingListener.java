package dev.runlog.client;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs lost events, at most one line every five seconds, because thousands may be lost at once, and each kind of warning
 * once.
 */
final class LoggingListener implements RecorderListener {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private static final int KINDS_MAX = 100;

    private final Set<String> warned = new HashSet<>();
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

    /** The kind is the part that was ignored, such as "parentExternalId ignored". */
    @Override
    public synchronized void onWarning(String event, String message) {
        String kind = message.substring(0, Math.max(0, message.indexOf(':')));
        if (warned.size() < KINDS_MAX && warned.add(kind)) {
            log.warn(
                    "The server recorded an event without a part of it: {} More of this kind are not logged.", message);
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
