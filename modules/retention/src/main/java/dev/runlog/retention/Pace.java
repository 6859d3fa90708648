package dev.runlog.retention;

import java.time.Duration;

/**
 * How much a cleanup asks of the database at once and how long it lets it rest: less the slower it answers, and less and
 * longer while recording takes longer than it should. It rests for others only; where it is alone it goes on at once.
 */
final class Pace {
    private static final int FIRST = 100;
    private static final Duration SLOW = Duration.ofMillis(250);
    private static final Duration FAST = Duration.ofMillis(60);
    /** Beside others, as who comes meanwhile may have to wait for the processor until a batch ends. */
    private static final Duration SLOW_FOR_OTHERS = Duration.ofMillis(4);

    private static final Duration FAST_FOR_OTHERS = Duration.ofMillis(1);
    private static final int RECORDING_FIRST = 4;
    /** A batch costs some waits for the database whatever it takes; fewer rows would only make it last for ever. */
    private static final int LEAST = 25;

    private static final int LEAST_PART = 4;

    /** Who asks now and then is seen now and then only, so having been seen counts for some batches. */
    private static final int SEEN_FOR_BATCHES = 8;

    private final RetentionConfig config;
    private int size;
    private int batchesUnseen = SEEN_FOR_BATCHES;

    Pace(RetentionConfig config) {
        this.config = config;
        this.size = Math.min(FIRST, config.batchSize());
    }

    /** Rows of the next batch. */
    int size() {
        return size;
    }

    /** Whether nobody else was seen at the database of late. */
    boolean isAlone() {
        return batchesUnseen >= SEEN_FOR_BATCHES;
    }

    /**
     * Takes note of a batch and returns how long to rest.
     *
     * @param recording the mean of recording's batches meanwhile; zero where there were none
     * @param shared whether others were seen at the database
     */
    Duration after(Duration batch, Duration recording, boolean shared) {
        batchesUnseen = shared || !recording.isZero() ? 0 : batchesUnseen + 1;
        boolean alone = isAlone();
        boolean inTheWay = recording.compareTo(config.recordingTimeMax()) > 0;
        if (inTheWay || batch.compareTo(alone ? SLOW : SLOW_FOR_OTHERS) > 0) {
            size = Math.max(least(), size / 2);
        } else if (batch.compareTo(alone ? FAST : FAST_FOR_OTHERS) < 0) {
            size = Math.min(config.batchSize(), size * 2);
        }
        if (alone) {
            return Duration.ZERO;
        }
        double factor = config.pauseFactor() * (inTheWay ? RECORDING_FIRST : 1);
        return Duration.ofNanos((long) (batch.toNanos() * factor));
    }

    private int least() {
        return Math.max(1, Math.min(LEAST, config.batchSize() / LEAST_PART));
    }
}
