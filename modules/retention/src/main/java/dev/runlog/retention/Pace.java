package dev.runlog.retention;

import java.time.Duration;

/**
 * Sets the size of batches and the rest after each. While this server uses the database for anything except retention,
 * a batch is sized to take about 4 ms, and the cleanup then rests {@code retention.pause-factor} times as long.
 * Otherwise, a batch takes about 50 ms, and the cleanup does not rest.
 */
final class Pace {
    private static final Duration BATCH_TIME = Duration.ofMillis(4);
    private static final Duration BATCH_TIME_ALONE = Duration.ofMillis(50);
    private static final int BATCH_SIZE_INITIAL = 100;
    /** Even a small batch takes several round trips. */
    private static final int BATCH_SIZE_MIN = 25;

    private final int batchSizeMax;
    private final double pauseFactor;
    private int batchSize;

    Pace(RetentionConfig config) {
        this.batchSizeMax = config.batchSize();
        this.pauseFactor = config.pauseFactor();
        this.batchSize = Math.min(BATCH_SIZE_INITIAL, batchSizeMax);
    }

    int batchSize() {
        return batchSize;
    }

    /**
     * Adjusts the batch size after a batch, and returns how long to rest.
     *
     * @param rows number of executions that the batch examined
     * @param alone whether only retention has used the database recently
     */
    Duration restAfter(int rows, Duration batch, boolean alone) {
        Duration targetTime = alone ? BATCH_TIME_ALONE : BATCH_TIME;
        double factor = (double) targetTime.toNanos() / Math.max(1, batch.toNanos());
        if (factor < 1 || rows >= batchSize) {
            int targetSize = (int) (batchSize * Math.min(2, factor));
            batchSize = Math.max(Math.min(BATCH_SIZE_MIN, batchSizeMax), Math.min(batchSizeMax, targetSize));
        }
        return alone ? Duration.ZERO : Duration.ofNanos((long) (batch.toNanos() * pauseFactor));
    }
}
