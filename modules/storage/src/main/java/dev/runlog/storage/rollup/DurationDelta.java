package dev.runlog.storage.rollup;

import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;

/**
 * How many executions more took about as long.
 *
 * @param day the UTC day of the starts
 * @param bucket see {@link #bucketOf}
 * @param count below zero where an end was taken back for another
 */
public record DurationDelta(int ownerId, UUID workflowId, LocalDate day, int bucket, int count) {
    /** Durations are told by the middle of their bucket, so this is by what factor they are off at the most: 2^(1/8). */
    public static final double ERROR_FACTOR = Math.pow(2, 0.125);

    private static final int PER_DOUBLING = 4;

    /** 0 for less than a millisecond; else 1 and more, four to each doubling. */
    public static int bucketOf(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1 ? 0 : 1 + (int) Math.floor(PER_DOUBLING * Math.log(millis) / Math.log(2) + 1e-9);
    }

    /** The geometric middle of a bucket. */
    static Duration middleOf(int bucket) {
        return bucket == 0 ? Duration.ZERO : Duration.ofMillis(Math.round(Math.pow(2, (bucket - 0.5) / PER_DOUBLING)));
    }

    /** Both together; they are of the same bucket. */
    public DurationDelta plus(DurationDelta other) {
        return new DurationDelta(ownerId, workflowId, day, bucket, count + other.count);
    }
}
