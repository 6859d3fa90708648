package dev.runlog.storage.rollup;

import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;

/**
 * The change of one bucket of a duration histogram.
 *
 * @param day the UTC day of the starts
 * @param bucket see {@link #bucketOf}
 * @param count negative if a finish replaced an earlier one
 */
public record DurationDelta(int ownerId, UUID workflowId, LocalDate day, int bucket, int count) {
    /** Maximum error factor of a duration, because the middle of its bucket is reported: 2^(1/8). */
    public static final double ERROR_FACTOR = Math.pow(2, 0.125);

    private static final int PER_DOUBLING = 4;

    /** Bucket 0 is for less than a millisecond; each doubling has four of the others. */
    public static int bucketOf(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1 ? 0 : 1 + (int) Math.floor(PER_DOUBLING * Math.log(millis) / Math.log(2) + 1e-9);
    }

    /** The geometric middle of a bucket. */
    static Duration middleOf(int bucket) {
        return bucket == 0 ? Duration.ZERO : Duration.ofMillis(Math.round(Math.pow(2, (bucket - 0.5) / PER_DOUBLING)));
    }

    /** The sum of both, which belong to the same bucket. */
    public DurationDelta plus(DurationDelta other) {
        return new DurationDelta(ownerId, workflowId, day, bucket, count + other.count);
    }
}
