package dev.runlog.storage.rollup;

import dev.runlog.contract.querying.StatusCounts;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The change of a rollup row.
 *
 * @param day the UTC day of the starts
 * @param counts changes of the counts; negative where executions left a status
 * @param durationMillis total duration of the finished executions, including {@code CRASHED} ones
 * @param unstarted change of the number of executions that ended without a start, and so without a duration
 */
public record DailyDelta(
        int ownerId, UUID workflowId, LocalDate day, StatusCounts counts, long durationMillis, long unstarted) {

    /** The sum of both. They belong to the same row, or only the sums are used. */
    public DailyDelta plus(DailyDelta other) {
        return new DailyDelta(
                ownerId,
                workflowId,
                day,
                counts.plus(other.counts),
                durationMillis + other.durationMillis,
                unstarted + other.unstarted);
    }

    /** The sums of deltas by day. */
    public static Collection<DailyDelta> byDay(Collection<DailyDelta> deltas) {
        Map<LocalDate, DailyDelta> days = new TreeMap<>();
        deltas.forEach(delta -> days.merge(delta.day(), delta, DailyDelta::plus));
        return days.values();
    }

    /** Whether it changes nothing. */
    public boolean isZero() {
        return counts.equals(StatusCounts.NONE) && durationMillis == 0 && unstarted == 0;
    }
}
