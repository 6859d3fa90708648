package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * By how much a rollup row changes.
 *
 * @param day the UTC day of the starts
 * @param durationMillis of the executions that ended, {@code CRASHED} ones included
 */
public record DailyDelta(
        int ownerId,
        UUID workflowId,
        LocalDate day,
        int running,
        int success,
        int failed,
        int cancelled,
        int crashed,
        long durationMillis) {

    /** One execution more, or one fewer with {@code count} -1, of a status. */
    public static DailyDelta of(
            int ownerId, UUID workflowId, LocalDate day, ExecutionStatus status, int count, long durationMillis) {
        return new DailyDelta(
                ownerId,
                workflowId,
                day,
                status == ExecutionStatus.RUNNING ? count : 0,
                status == ExecutionStatus.SUCCESS ? count : 0,
                status == ExecutionStatus.FAILED ? count : 0,
                status == ExecutionStatus.CANCELLED ? count : 0,
                status == ExecutionStatus.CRASHED ? count : 0,
                durationMillis);
    }

    /** Both together; they are of the same row, or only their sums matter. */
    public DailyDelta plus(DailyDelta other) {
        return new DailyDelta(
                ownerId,
                workflowId,
                day,
                running + other.running,
                success + other.success,
                failed + other.failed,
                cancelled + other.cancelled,
                crashed + other.crashed,
                durationMillis + other.durationMillis);
    }

    /** The sums by day of deltas of whatever rows. */
    public static Collection<DailyDelta> byDay(Collection<DailyDelta> deltas) {
        Map<LocalDate, DailyDelta> days = new TreeMap<>();
        deltas.forEach(delta -> days.merge(delta.day(), delta, DailyDelta::plus));
        return days.values();
    }

    /** Whether it changes nothing. */
    public boolean isZero() {
        return running == 0 && success == 0 && failed == 0 && cancelled == 0 && crashed == 0 && durationMillis == 0;
    }
}
