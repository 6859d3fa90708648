package dev.runlog.app.database;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts the embedded database when it stops, with growing pauses and a limited number of times in a row, and
 * monitors its free disk space and the size of its log. A stop because of a full disk does not count: the database
 * restarts when there is room.
 */
final class DatabaseKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabaseKeeper.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    /** A stop after this long is unrelated to the previous one. */
    private static final Duration STABLE = Duration.ofMinutes(1);
    /** Minimum room for a start: one WAL segment. */
    private static final long ROOM_BYTES = 16 << 20;

    private static final Pattern DISK_FULL = Pattern.compile("No space left on device|Disk quota exceeded");

    private final EmbeddedDatabase database;
    private final FreeSpace space;
    private final int restartsMax;
    private final Consumer<String> onGivenUp;
    private final Counter restarted;
    private final Counter failed;
    private final Thread thread = new Thread(this::run, "database-keeper");
    /** Restarts in a row. */
    private int attempts;

    private long startedNanos = System.nanoTime();

    /**
     * Starts at once, on its own thread.
     *
     * @param onGivenUp called on that thread, with the reason, if the database cannot be restarted
     */
    DatabaseKeeper(
            EmbeddedDatabase database,
            FreeSpace space,
            int restartsMax,
            MeterRegistry meters,
            Consumer<String> onGivenUp) {
        this.database = database;
        this.space = space;
        this.restartsMax = restartsMax;
        this.onGivenUp = onGivenUp;
        this.restarted = counter(meters, "succeeded");
        this.failed = counter(meters, "failed");
        thread.setDaemon(true);
        thread.start();
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("runlog.database.restarts")
                .description("Restarts of the embedded database after it stopped, by outcome.")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Stops monitoring, before the server itself stops the database. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            boolean kept = true;
            while (kept) {
                space.check();
                database.capLog();
                kept = !database.awaitExit(INTERVAL) || restart();
            }
        } catch (InterruptedException closed) {
            log.debug("The embedded database is no longer monitored.");
        }
    }

    /** Returns whether the database is running again; if not, gives up. */
    private boolean restart() throws InterruptedException {
        if (System.nanoTime() - startedNanos > STABLE.toNanos()) {
            attempts = 0;
        }
        String reason = "PostgreSQL exited with code " + database.exitCode() + ": " + database.lastWords();
        log.error("The embedded database stopped. Restarting it. {}", reason);
        boolean full = false;
        while (full || attempts < restartsMax) {
            if (full) {
                awaitRoom();
            } else {
                TimeUnit.MILLISECONDS.sleep(pauseMillis(attempts));
            }
            try {
                database.restart();
                attempts++;
                startedNanos = System.nanoTime();
                restarted.increment();
                log.info("The embedded database is running again.");
                return true;
            } catch (IOException | RuntimeException failure) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("Closed.");
                }
                failed.increment();
                reason = String.valueOf(failure.getMessage());
                space.check();
                boolean wasFull = full;
                full = space.bytes() < ROOM_BYTES || DISK_FULL.matcher(reason).find();
                if (!full) {
                    attempts++;
                    log.warn(
                            "The embedded database did not start (attempt {} of {}): {}",
                            attempts,
                            restartsMax,
                            reason);
                } else if (!wasFull) {
                    log.error("The embedded database is waiting for disk space: {}", reason);
                }
            }
        }
        log.error("The embedded database could not be restarted; giving up. {}", reason);
        onGivenUp.accept("The embedded database stopped and could not be restarted: " + reason);
        return false;
    }

    /** Waits until a WAL segment's worth of space is freed, at most {@link #PAUSE_MAX}. */
    private void awaitRoom() throws InterruptedException {
        long enough = space.bytes() + ROOM_BYTES;
        long deadline = System.nanoTime() + PAUSE_MAX.toNanos();
        while (space.bytes() < enough && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
            space.check();
        }
    }

    /** No pause, then one second, then twice as long each time. */
    private static long pauseMillis(int attempts) {
        return attempts == 0 ? 0 : Math.min(FIRST_PAUSE.toMillis() << Math.min(attempts - 1, 10), PAUSE_MAX.toMillis());
    }
}
