package dev.runlog.storage.statistics;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts executions by status in adjoining intervals, in one statement. Whole UTC days come from the daily counts. Of
 * days that a bound divides, executions that ended come from the quarters of an hour in the histograms, and the few that
 * are queued or running from their index.
 */
public final class IntervalCounts {
    private static final long QUARTER_SECONDS = HistogramDelta.QUARTER.toSeconds();
    private static final String DAY_OF_ID = "(uuid_v7_time(e.id) AT TIME ZONE 'UTC')";

    private final Database database;

    public IntervalCounts(Database database) {
        this.database = database;
    }

    /** What to count. */
    public enum Kind {
        /** All executions ever recorded. */
        RECORDED,
        /** Executions that are stored now. */
        STORED
    }

    /**
     * Executions of one interval.
     *
     * @param averageDuration of executions that ended; null without any, and for an interval that has parts of days
     */
    public record Counted(StatusCounts counts, @Nullable Duration averageDuration) {}

    /**
     * The intervals, in order.
     *
     * @param lacksDeleted whether executions of divided days were deleted. Then STORED counts include some of these.
     */
    public record Counts(List<Counted> intervals, boolean lacksDeleted) {}

    /** Whether the histograms have an interval that begins or ends at this time. */
    public static boolean isQuarter(Instant moment) {
        return moment.equals(floorToQuarter(moment));
    }

    public static Instant floorToQuarter(Instant moment) {
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), QUARTER_SECONDS) * QUARTER_SECONDS);
    }

    public static Instant ceilToQuarter(Instant moment) {
        Instant floor = floorToQuarter(moment);
        return floor.equals(moment) ? moment : floor.plusSeconds(QUARTER_SECONDS);
    }

    /**
     * Counts the executions of each interval.
     *
     * @param bounds start of each interval, ascending, and the end of the last one
     */
    public Future<Counts> read(String reader, Selection selection, List<Instant> bounds, Kind kind) {
        Sql sql = new Sql().add("SELECT bucket");
        Stream.concat(columns(), Stream.of("millis", "timed", "deleted"))
                .forEach(column -> sql.add(", coalesce(sum(" + column + "), 0)::bigint AS " + column));
        sql.add("\nFROM (\n");
        LocalDate[] divided = dividedDays(bounds);
        String starts = sql.argument(bounds.stream().map(IntervalCounts::utc).toArray(LocalDateTime[]::new));
        addWholeDays(sql, selection, bounds, divided, starts, kind);
        if (divided.length > 0) {
            String days = sql.argument(divided);
            addQuarters(sql, selection, starts, days);
            addOpen(sql, selection, starts, days, divided);
            addDeleted(sql, selection, days);
        }
        sql.add(") counted (bucket, " + columns().collect(Collectors.joining(", "))
                + ", millis, timed, deleted)\nWHERE bucket BETWEEN 0 AND " + (bounds.size() - 1)
                + "\nGROUP BY bucket\nORDER BY bucket");
        return database.query(reader, "count-intervals", sql.text(), sql.arguments())
                .map(rows -> toCounts(rows, bounds, divided));
    }

    private static Counts toCounts(Iterable<Row> rows, List<Instant> bounds, LocalDate[] divided) {
        Set<LocalDate> days = Set.of(divided);
        Counted[] intervals = new Counted[bounds.size() - 1];
        Arrays.fill(intervals, new Counted(StatusCounts.NONE, null));
        boolean lacksDeleted = false;
        for (Row row : rows) {
            int interval = row.getInteger("bucket") - 1;
            if (interval < 0) {
                // Executions before the first bound, and the number of deleted ones.
                lacksDeleted = row.getLong("deleted") > 0;
                continue;
            }
            long timed = row.getLong("timed");
            boolean isOfWholeDays = !days.contains(dayOf(bounds.get(interval)))
                    && !days.contains(dayOf(bounds.get(interval + 1).minusNanos(1)));
            intervals[interval] = new Counted(
                    new StatusCounts(
                            row.getLong("queued"),
                            row.getLong("running"),
                            row.getLong("success"),
                            row.getLong("failed"),
                            row.getLong("cancelled"),
                            row.getLong("crashed")),
                    timed > 0 && isOfWholeDays ? Duration.ofMillis(row.getLong("millis") / timed) : null);
        }
        return new Counts(List.of(intervals), lacksDeleted);
    }

    private static Stream<String> columns() {
        return Stream.of(ExecutionStatus.values()).map(RollupColumns::recorded);
    }

    /** The days that a bound divides. */
    static LocalDate[] dividedDays(List<Instant> bounds) {
        Set<LocalDate> days = new TreeSet<>();
        for (Instant bound : bounds) {
            if (!bound.equals(bound.truncatedTo(ChronoUnit.DAYS))) {
                days.add(dayOf(bound));
            }
        }
        return days.toArray(LocalDate[]::new);
    }

    private static LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }

    private static LocalDateTime utc(Instant moment) {
        return LocalDateTime.ofInstant(moment, ZoneOffset.UTC);
    }

    private static void addWholeDays(
            Sql sql, Selection selection, List<Instant> bounds, LocalDate[] divided, String starts, Kind kind) {
        List<String> sums = new ArrayList<>();
        for (ExecutionStatus status : ExecutionStatus.values()) {
            sums.add(
                    kind == Kind.STORED
                            ? RollupColumns.present(Set.of(status))
                            : "d." + RollupColumns.recorded(status));
        }
        sql.add("  SELECT width_bucket(d.day::timestamp, " + starts + "::timestamp[]) AS bucket, "
                + sums.stream().map(sum -> "sum(" + sum + ")").collect(Collectors.joining(", ")));
        sql.add(", sum(d.duration_millis_sum), sum(" + RollupColumns.TIMED + "), 0\n");
        addDaily(sql, selection);
        sql.add(" AND d.day >= ").bind(dayOf(bounds.get(0)));
        sql.add(" AND d.day < ").bind(dayOf(bounds.get(bounds.size() - 1)));
        sql.add(" AND d.day <> ALL (").bind(divided).add("::date[])\n  GROUP BY 1\n");
    }

    private static void addDaily(Sql sql, Selection selection) {
        sql.add("  FROM " + (selection.isTotal() ? "execution_total" : "execution_rollup") + " d\n  WHERE true");
        selection.addDaily(sql);
    }

    private static void addQuarters(Sql sql, Selection selection, String starts, String days) {
        sql.add("  UNION ALL\n  SELECT width_bucket(day + (bucket - 1000) / 8 * interval '15 minutes', " + starts
                + "::timestamp[])");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            sql.add(", sum(count) FILTER (WHERE bucket % 8 = " + status.number() + ")");
        }
        sql.add(", 0, 0, 0\n  FROM (\n    SELECT d.day, b.bucket, b.count\n"
                + "    FROM daily_histogram d, unnest(d.buckets, d.counts) AS b (bucket, count)\n"
                + "    WHERE d.day = ANY (" + days + "::date[]) AND b.bucket >= 1000");
        selection.addHistograms(sql);
        sql.add("\n    UNION ALL\n    SELECT d.day, d.bucket, d.count\n    FROM histogram_delta t, "
                + "unnest(t.owner_ids, t.workflow_ids, t.days, t.buckets, t.counts)\n"
                + "      AS d (owner_id, workflow_id, day, bucket, count)\n"
                + "    WHERE d.day = ANY (" + days + "::date[]) AND d.bucket >= 1000");
        selection.addDaily(sql);
        sql.add(") slot\n  GROUP BY 1\n");
    }

    private static void addOpen(Sql sql, Selection selection, String starts, String days, LocalDate[] divided) {
        sql.add("  UNION ALL\n  SELECT width_bucket(" + DAY_OF_ID + ", " + starts + "::timestamp[]),\n"
                + "    count(*) FILTER (WHERE e.status = 0), count(*) FILTER (WHERE e.status = 1), "
                + "0, 0, 0, 0, 0, 0, 0\n  FROM execution e\n  WHERE e.status <= 1 AND e.id >= ");
        sql.bind(Ids.lowerBound(divided[0].atStartOfDay(ZoneOffset.UTC).toInstant()))
                .add(" AND e.id < ")
                .bind(Ids.lowerBound(divided[divided.length - 1]
                        .plusDays(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()));
        sql.add(" AND " + DAY_OF_ID + "::date = ANY (" + days + "::date[])");
        selection.addExecutions(sql);
        sql.add("\n  GROUP BY 1\n");
    }

    /** Bucket 0 is otherwise empty. */
    private static void addDeleted(Sql sql, Selection selection, String days) {
        sql.add("  UNION ALL\n  SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, coalesce(sum(d.success_deleted + d.failed_deleted"
                + " + d.cancelled_deleted + d.crashed_deleted), 0)\n");
        addDaily(sql, selection);
        sql.add(" AND d.day = ANY (" + days + "::date[])\n");
    }
}
