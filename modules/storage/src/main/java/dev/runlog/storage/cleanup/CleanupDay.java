package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * A day of a cleanup.
 *
 * @param stored executions of everybody that are there
 * @param going executions that the cleanup is to delete, about; those that are held or children of what stays too
 * @param allGo whether what is to go is certainly all that is there, which no sum of parts of rows tells
 */
public record CleanupDay(LocalDate day, long stored, long going, boolean allGo) {
    /** Whether all of it lies before the cleanup's bound. */
    public boolean isBefore(Cleanup cleanup) {
        Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return !end.isAfter(cleanup.criteria().before());
    }

    /** The partition's name behind {@code execution_} and {@code step_}. */
    String suffix() {
        return suffix(day);
    }

    static String suffix(LocalDate day) {
        return day.toString().replace("-", "");
    }

    /** Whether all that is there is to go. */
    public boolean isWhole(Cleanup cleanup) {
        return isBefore(cleanup) && allGo;
    }
}
