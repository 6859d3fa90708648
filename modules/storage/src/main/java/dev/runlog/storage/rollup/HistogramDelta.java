package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;

/**
 * The change of one bucket of a day's histogram. A bucket is for durations, or a slot: for executions of one quarter of
 * an hour that ended with one status.
 *
 * @param day the UTC day of the starts
 * @param bucket see {@link #bucketOf} and {@link #slotOf}
 * @param count negative if a finish replaced an earlier one
 */
public record HistogramDelta(int ownerId, UUID workflowId, LocalDate day, int bucket, int count) {
    /** Maximum error factor of a duration, because the middle of its bucket is reported: 2^(1/8). */
    public static final double ERROR_FACTOR = Math.pow(2, 0.125);

    /** The first slot. Durations have lower buckets. */
    public static final int FIRST_SLOT = 1000;

    /** Slots of a quarter of an hour: one for each status, by its number. */
    public static final int SLOTS_PER_QUARTER = 8;

    public static final Duration QUARTER = Duration.ofMinutes(15);

    private static final int PER_DOUBLING = 4;

    /** Bucket 0 is for less than a millisecond; each doubling has four of the others. */
    public static int bucketOf(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1 ? 0 : 1 + (int) Math.floor(PER_DOUBLING * Math.log(millis) / Math.log(2) + 1e-9);
    }

    /** The slot of an execution that ended with a status, by the time in its ID. */
    public static int slotOf(UUID id, ExecutionStatus status) {
        long quarter = Math.floorMod(
                        Ids.timeOf(id).getEpochSecond(), Duration.ofDays(1).toSeconds())
                / QUARTER.toSeconds();
        return FIRST_SLOT + (int) quarter * SLOTS_PER_QUARTER + status.number();
    }

    /** The geometric middle of a bucket. */
    static Duration middleOf(int bucket) {
        return bucket == 0 ? Duration.ZERO : Duration.ofMillis(Math.round(Math.pow(2, (bucket - 0.5) / PER_DOUBLING)));
    }

    /** The sum of both, which belong to the same bucket. */
    public HistogramDelta plus(HistogramDelta other) {
        return new HistogramDelta(ownerId, workflowId, day, bucket, count + other.count);
    }
}
