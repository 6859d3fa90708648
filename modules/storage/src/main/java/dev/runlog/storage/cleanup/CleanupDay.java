package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

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

    /** The suffix of the names of the day's partitions, after {@code execution_} and {@code step_}. */
    static String suffix(LocalDate day) {
        return day.toString().replace("-", "");
    }

    static UUID firstId(LocalDate day) {
        return Ids.lowerBound(startOf(day));
    }

    static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    String suffix() {
        return suffix(day);
    }
}
