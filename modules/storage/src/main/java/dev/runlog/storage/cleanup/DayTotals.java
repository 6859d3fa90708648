package dev.runlog.storage.cleanup;

import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.cleanup.CleanupRollups.Statements;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
                .map(rows -> Rows.toList(
                        rows,
                        row -> new DayTotals(
                                row.getLocalDate(0),
                                new StatusCounts(
                                        row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                                row.getLong(6) == null ? null : new Size(row.getLong(6), row.getLong(7)))));
    }

    /** The sizes of days: as they are noted, and of those that are not as they are. */
    static Future<Map<LocalDate, Size>> sizes(Statements statements, List<DayTotals> totals) {
        Map<LocalDate, Size> sizes = new HashMap<>();
        List<LocalDate> unknown = new ArrayList<>();
        for (DayTotals of : totals) {
            if (of.size() == null) {
                unknown.add(of.day());
            } else {
                sizes.put(of.day(), of.size());
            }
        }
        if (unknown.isEmpty()) {
            return Future.succeededFuture(sizes);
        }
        Sql sql = new Sql();
        sql.add(sizesOf("SELECT unnest(" + sql.argument(unknown.toArray(LocalDate[]::new)) + "::date[]) AS day"));
        return statements.run("preview-sizes", sql).map(rows -> {
            rows.forEach(row -> sizes.put(row.getLocalDate(0), new Size(row.getLong(1), row.getLong(2))));
            return sizes;
        });
    }

    /**
     * A query of the sizes of days, by the pages that PostgreSQL has counted of each relation when it vacuumed or analyzed
     * it last: to ask the system for every fork of every index takes several times as long.
     *
     * @param days a query of days
     */
    static String sizesOf(String days) {
        return """
                SELECT to_date(right(t.relname, 8), 'YYYYMMDD') AS day,
                       sum(CASE WHEN t.relpages > 0 THEN current_setting('block_size')::bigint * (t.relpages
                              + coalesce((SELECT o.relpages FROM pg_class o WHERE o.oid = t.reltoastrelid), 0)
                              + coalesce((SELECT sum(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                          WHERE x.indrelid = t.oid), 0))
                             WHEN pg_relation_size(t.oid) > 0 THEN pg_total_relation_size(t.oid)
                             ELSE 0 END)::bigint AS bytes,
                       sum(CASE WHEN t.relname NOT LIKE 'step%' THEN 0
                             WHEN t.reltuples < 0 THEN pg_relation_size(t.oid) / 120
                             ELSE t.reltuples END)::bigint AS steps
                FROM pg_class t
                WHERE t.relnamespace = current_schema()::regnamespace
                  AND t.relname = ANY (ARRAY(
                    SELECT prefix || to_char(day, 'YYYYMMDD')
                    FROM (VALUES ('execution_'), ('step_')) p (prefix), (DAYS) d))
                GROUP BY 1""".replace("DAYS", days);
    }
}
