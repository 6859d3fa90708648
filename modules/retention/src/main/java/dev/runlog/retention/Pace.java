package dev.runlog.retention;

import java.time.Duration;

/**
 * How much a cleanup asks of the database at once and how long it lets it rest: less and longer the slower it answers,
 * and less and longer while recording takes longer than it should.
 */
final class Pace {
    private static final int FIRST = 100;
    private static final Duration SLOW = Duration.ofMillis(250);
    private static final Duration FAST = Duration.ofMillis(60);
    private static final int RECORDING_FIRST = 4;

    private final RetentionConfig config;
    private int size;

    Pace(RetentionConfig config) {
        this.config = config;
        this.size = Math.min(FIRST, config.batchSize());
    }

    /** Rows of the next batch. */
    int size() {
        return size;
    }

    /** Takes note of a batch and returns how long to rest. */
    Duration after(Duration batch, Duration recording) {
        boolean inTheWay = recording.compareTo(config.recordingTimeMax()) > 0;
        if (inTheWay || batch.compareTo(SLOW) > 0) {
            size = Math.max(1, size / 2);
        } else if (batch.compareTo(FAST) < 0) {
            size = Math.min(config.batchSize(), size * 2);
        }
        double factor = config.pauseFactor() * (inTheWay ? RECORDING_FIRST : 1);
        return Duration.ofMillis((long) (batch.toMillis() * factor));
    }
}
