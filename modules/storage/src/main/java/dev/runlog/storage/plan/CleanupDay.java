package dev.runlog.storage.plan;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * A day on which a cleanup has something to delete.
 *
 * @param stored executions of all owners on that day
 * @param deletable executions that the cleanup deletes; an estimate if a bound lies within the day
 * @param whole whether it deletes everything on that day
 */
public record CleanupDay(LocalDate day, long stored, long deletable, boolean whole) {
    /** Whether the whole day lies before the cleanup's bound. */
    public boolean isBefore(Cleanup cleanup) {
        return !startOf(day.plusDays(1)).isAfter(cleanup.criteria().before());
    }

    public static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** The day after the last day with executions that started before the criteria's bound. */
    static LocalDate endDay(CleanupCriteria criteria) {
        return LocalDate.ofInstant(criteria.before().minusNanos(1), ZoneOffset.UTC)
                .plusDays(1);
    }
}
