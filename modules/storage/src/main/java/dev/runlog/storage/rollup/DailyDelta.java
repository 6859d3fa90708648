package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The change of a rollup row.
 *
 * @param day the UTC day of the starts
 * @param durationMillis total duration of the finished executions, including {@code CRASHED} ones
 */
public record DailyDelta(
        int ownerId,
        UUID workflowId,
        LocalDate day,
        int queued,
        int running,
        int success,
        int failed,
        int cancelled,
        int crashed,
        long durationMillis) {

    /** One more execution of a status, or one less if {@code count} is -1. */
    public static DailyDelta of(
            int ownerId, UUID workflowId, LocalDate day, ExecutionStatus status, int count, long durationMillis) {
        return new DailyDelta(
                ownerId,
                workflowId,
                day,
                status == ExecutionStatus.QUEUED ? count : 0,
                status == ExecutionStatus.RUNNING ? count : 0,
                status == ExecutionStatus.SUCCESS ? count : 0,
                status == ExecutionStatus.FAILED ? count : 0,
                status == ExecutionStatus.CANCELLED ? count : 0,
                status == ExecutionStatus.CRASHED ? count : 0,
                durationMillis);
    }

    /** The sum of both. They belong to the same row, or only the sums are used. */
    public DailyDelta plus(DailyDelta other) {
        return new DailyDelta(
                ownerId,
                workflowId,
                day,
                queued + other.queued,
                running + other.running,
                success + other.success,
                failed + other.failed,
                cancelled + other.cancelled,
                crashed + other.crashed,
                durationMillis + other.durationMillis);
    }

    /** The sums of deltas by day. */
    public static Collection<DailyDelta> byDay(Collection<DailyDelta> deltas) {
        Map<LocalDate, DailyDelta> days = new TreeMap<>();
        deltas.forEach(delta -> days.merge(delta.day(), delta, DailyDelta::plus));
        return days.values();
    }

    /** Whether it changes nothing. */
    public boolean isZero() {
        return queued == 0
                && running == 0
                && success == 0
                && failed == 0
                && cancelled == 0
                && crashed == 0
                && durationMillis == 0;
    }
}
