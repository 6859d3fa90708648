package dev.runlog.retention;

import java.time.Duration;

/**
 * How many executions a batch deletes and how long the cleanup rests after it. While anything but retention uses the
 * database from this server, a batch is sized to take about 4 ms, and the cleanup rests {@code retention.pause-factor}
 * times as long after it. Otherwise a batch takes about 50 ms, and the cleanup does not rest.
 */
final class Pace {
    private static final Duration BATCH_TIME = Duration.ofMillis(4);
    private static final Duration BATCH_TIME_ALONE = Duration.ofMillis(50);
    private static final int FIRST = 100;
    /** A batch costs some waits for the database even for few rows. */
    private static final int LEAST = 25;

    private final int batchSizeMax;
    private final double pauseFactor;
    private int batchSize;

    Pace(RetentionConfig config) {
        this.batchSizeMax = config.batchSize();
        this.pauseFactor = config.pauseFactor();
        this.batchSize = Math.min(FIRST, batchSizeMax);
    }

    int batchSize() {
        return batchSize;
    }

    /**
     * Takes note of a batch and returns how long to rest.
     *
     * @param rows how many executions it looked at
     * @param alone whether nothing but retention has used the database of late
     */
    Duration restAfter(int rows, Duration batch, boolean alone) {
        Duration wantedTime = alone ? BATCH_TIME_ALONE : BATCH_TIME;
        double factor = (double) wantedTime.toNanos() / Math.max(1, batch.toNanos());
        if (factor < 1 || rows >= batchSize) {
            int wanted = (int) (batchSize * Math.min(2, factor));
            batchSize = Math.max(Math.min(LEAST, batchSizeMax), Math.min(batchSizeMax, wanted));
        }
        return alone ? Duration.ZERO : Duration.ofNanos((long) (batch.toNanos() * pauseFactor));
    }
}
