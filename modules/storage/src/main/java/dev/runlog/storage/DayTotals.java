package dev.runlog.storage;

import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.CleanupRollups.Statements;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is of a day, of everybody.
 *
 * @param size as it is noted; null where it is not
 */
record DayTotals(
        LocalDate day, StatusCounts stored, @Nullable Size size) {
    /** What a day's partitions hold, about. */
    record Size(long bytes, long steps) {
        static final Size NONE = new Size(0, 0);
    }

    /**
     * Reads those of the days before a bound, oldest first.
     *
     * @param alone of these days only, where they are given
     */
    static Future<List<DayTotals>> read(Statements statements, LocalDate before, LocalDate @Nullable [] alone) {
        Sql sql = new Sql().add("""
                SELECT d.day, d.running, d.success - d.success_deleted, d.failed - d.failed_deleted,
                       d.cancelled - d.cancelled_deleted, d.crashed - d.crashed_deleted, n.bytes, n.steps
                FROM execution_total d
                LEFT JOIN noted_size n ON n.day = d.day
                WHERE d.day <\s""").bind(before);
        if (alone != null) {
            sql.add(" AND d.day = ANY (").bind(alone).add(")");
        }
        sql.add("\nORDER BY d.day");
        return statements
                .run("day-totals", sql)
                .map(rows -> ExecutionReads.all(
                        rows,
                        row -> new DayTotals(
                                row.getLocalDate(0),
                                new StatusCounts(
                                        row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                                row.getLong(6) == null ? null : new Size(row.getLong(6), row.getLong(7)))));
    }
}
