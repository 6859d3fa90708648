package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetStatistics.Interval;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.Ages;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.Histogram;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads statistics from the rollups: daily totals for all owners, else a row per workflow and day. */
public final class StatisticsReads {
    /** Selects rollups by owner, workflow and days; null means all. */
    public record Range(
            @Nullable String owner,
            @Nullable UUID workflowId,
            @Nullable LocalDate from,
            @Nullable LocalDate to) {

        /** Whether the daily totals are sufficient. */
        boolean isTotal() {
            return owner == null && workflowId == null;
        }
    }

    private static final long SIZE_CACHE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String RECORDED = "d.queued + d.running + d.success + d.failed + d.cancelled + d.crashed";

    private static final String FINISHED = "d.success + d.failed + d.cancelled + d.crashed";

    private static final int RATE_DAYS = 7;

    private final Database database;
    private volatile @Nullable Size size;
    private volatile long sizeReadAt;

    public StatisticsReads(Database database) {
        this.database = database;
    }

    /** Returns the statistics of a range as of a UTC day, with intervals if a width is given. */
    public Future<Statistics> get(GetStatistics request, Range range, LocalDate today) {
        String reader = request.viewer().subject();
        Interval interval = request.interval();
        Future<Row> totals = totals(reader, range, today);
        Future<List<IntervalStatistics>> intervals = interval == null
                ? Future.succeededFuture(List.of())
                : durations(reader, range, interval)
                        .compose(durations -> intervals(reader, range, interval, today, durations));
        Future<@Nullable Size> size = request.allOwners() ? size(reader) : Future.succeededFuture();
        return Future.all(totals, intervals, size).map(all -> {
            LocalDate end = rateEnd(range, today);
            long days = ChronoUnit.DAYS.between(rateStart(range, end), end);
            double perDay = days <= 0 ? 0 : totals.result().getLong("last_days") / (double) days;
            return toStatistics(request, totals.result(), perDay, intervals.result(), size.result());
        });
    }

    private Future<Row> totals(String reader, Range range, LocalDate today) {
        Sql sql = new Sql().add("SELECT ");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            String column = RollupColumns.recorded(status);
            sql.add("coalesce(sum(d." + column + "), 0)::bigint AS " + column + ", coalesce(sum("
                    + RollupColumns.present(Set.of(status)) + "), 0)::bigint AS " + column + "_now,\n  ");
        }
        String now = RollupColumns.present(Set.of());
        String day = sql.argument(today);
        String[] ages = {
            "d.day >= " + day,
            "d.day < " + day + " AND d.day >= " + day + " - 6",
            "d.day < " + day + " - 6 AND d.day >= " + day + " - 29",
            "d.day < " + day + " - 29"
        };
        for (int age = 0; age < ages.length; age++) {
            sql.add("coalesce(sum(" + now + ") FILTER (WHERE " + ages[age] + "), 0)::bigint AS age_" + age + ",\n  ");
        }
        LocalDate end = rateEnd(range, today);
        sql.add("coalesce(sum(" + RECORDED + ") FILTER (WHERE d.day < ")
                .bind(end)
                .add(" AND d.day >= ")
                .bind(rateStart(range, end))
                .add("), 0)::bigint AS last_days,\n  ");
        sql.add("min(d.day) FILTER (WHERE " + now + " > 0) AS oldest\n");
        addSource(sql, range);
        return database.query(reader, "statistics", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next());
    }

    /** The day after the last one of the rate. Only complete days count. */
    private static LocalDate rateEnd(Range range, LocalDate today) {
        LocalDate to = range.to();
        return to == null || to.isAfter(today) ? today : to;
    }

    private static LocalDate rateStart(Range range, LocalDate end) {
        LocalDate start = end.minusDays(RATE_DAYS);
        LocalDate from = range.from();
        return from == null || from.isBefore(start) ? start : from;
    }

    /** Quantiles by first day of the interval, from the histograms and the deltas not yet folded into them. */
    private Future<Map<LocalDate, Quantiles>> durations(String reader, Range range, Interval interval) {
        String width = interval.name().toLowerCase(Locale.ROOT);
        Sql sql = new Sql();
        String owner = range.owner() == null
                ? null
                : "(SELECT id FROM owner WHERE subject = " + sql.argument(range.owner()) + ")";
        String workflow = range.workflowId() == null ? null : sql.argument(range.workflowId()) + "::uuid";
        sql.add("SELECT date_trunc('" + width + "', day::timestamp)::date AS first_day, bucket, sum(count)::bigint\n"
                + "FROM (\n  SELECT d.day, b.bucket, b.count\n"
                + "  FROM daily_histogram d, unnest(d.buckets, d.counts) AS b (bucket, count)\n  WHERE bucket < 1000");
        if (workflow != null && owner == null) {
            sql.add(" AND d.owner_id = (SELECT owner_id FROM workflow WHERE id = " + workflow + ")");
        } else {
            sql.add(" AND d.owner_id = " + (owner == null ? "0" : owner));
        }
        sql.add(" AND d.workflow_id = " + (workflow == null ? "'00000000-0000-0000-0000-000000000000'" : workflow));
        addDays(sql, range.from(), range.to());
        sql.add("\n  UNION ALL\n  SELECT d.day, d.bucket, d.count\n  FROM histogram_delta t, "
                + "unnest(t.owner_ids, t.workflow_ids, t.days, t.buckets, t.counts)\n"
                + "    AS d (owner_id, workflow_id, day, bucket, count)\n  WHERE bucket < 1000");
        if (owner != null) {
            sql.add(" AND d.owner_id = " + owner);
        }
        if (workflow != null) {
            sql.add(" AND d.workflow_id = " + workflow);
        }
        addDays(sql, range.from(), range.to());
        sql.add(") d\nGROUP BY first_day, bucket\nHAVING sum(count) > 0\nORDER BY first_day, bucket");
        return database.query(reader, "statistics-durations", sql.text(), sql.arguments())
                .map(rows -> {
                    Map<LocalDate, Histogram> histograms = new HashMap<>();
                    rows.forEach(row -> histograms
                            .computeIfAbsent(row.getLocalDate(0), day -> new Histogram())
                            .add(row.getShort(1), row.getLong(2)));
                    Map<LocalDate, Quantiles> quantiles = new HashMap<>();
                    histograms.forEach((day, histogram) -> quantiles.put(day, histogram.quantiles()));
                    return quantiles;
                });
    }

    private Future<List<IntervalStatistics>> intervals(
            String reader, Range range, Interval interval, LocalDate today, Map<LocalDate, Quantiles> durations) {
        String width = interval.name().toLowerCase(Locale.ROOT);
        Sql sql = new Sql()
                .add("SELECT date_trunc('" + width + "', d.day::timestamp)::date AS first_day, " + "(date_trunc('"
                        + width + "', d.day::timestamp) + interval '1 " + width + "')::date AS end_day");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            sql.add(", sum(d." + RollupColumns.recorded(status) + ")::bigint AS " + RollupColumns.recorded(status));
        }
        sql.add(", sum(d.duration_millis_sum)::bigint AS millis, sum(d.unstarted)::bigint AS unstarted\n");
        addSource(sql, range);
        sql.add("\nGROUP BY first_day, end_day\nORDER BY first_day");
        return database.query(reader, "statistics-intervals", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, row -> toInterval(row, range, today, durations)));
    }

    /** Returns the statistics of the workflows that come first in an order. */
    public Future<List<WorkflowStatistics>> byWorkflow(GetWorkflowStatistics request, Range range) {
        Sql sql = new Sql().add("SELECT t.*, w.key, w.name, w.created_at, o.subject\nFROM (\n  SELECT d.workflow_id");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            String column = RollupColumns.recorded(status);
            sql.add(",\n    sum(d." + column + ")::bigint AS " + column + ", sum("
                    + RollupColumns.present(Set.of(status)) + ")::bigint AS " + column + "_now");
        }
        sql.add(",\n    sum(d.duration_millis_sum)::bigint AS millis, sum(d.unstarted)::bigint AS unstarted, "
                        + rankOf(request.order()) + " AS rank\n  ");
        addSource(sql, range, "execution_rollup");
        sql.add(" AND d.workflow_id <> '00000000-0000-0000-0000-000000000000'\n  GROUP BY d.workflow_id\n"
                        + "  HAVING sum(" + RECORDED + ") > 0\n  ORDER BY rank DESC NULLS LAST, d.workflow_id\n  LIMIT ")
                .bind(request.first());
        sql.add(") t\nJOIN workflow w ON w.id = t.workflow_id\nJOIN owner o ON o.id = w.owner_id\n"
                + "WHERE w.deleted_at IS NULL\nORDER BY t.rank DESC NULLS LAST, t.workflow_id");
        return database.query(request.viewer().subject(), "statistics-workflows", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, StatisticsReads::toWorkflowStatistics));
    }

    private static String rankOf(GetWorkflowStatistics.Order order) {
        return switch (order) {
            case STORED -> "sum(" + RollupColumns.present(Set.of()) + ")";
            case RECORDED -> "sum(" + RECORDED + ")";
            case FAILURES -> "sum(d.failed + d.crashed)";
            case AVERAGE_DURATION -> "sum(d.duration_millis_sum) / nullif(sum(" + FINISHED + " - d.unstarted), 0)";
        };
    }

    private static WorkflowStatistics toWorkflowStatistics(Row row) {
        StatusCounts recorded = toCounts(row, "");
        return new WorkflowStatistics(
                new Workflow(
                        row.getUUID("workflow_id"),
                        row.getString("subject"),
                        row.getString("key"),
                        row.getString("name"),
                        row.getOffsetDateTime("created_at").toInstant()),
                toCounts(row, "_now"),
                recorded,
                average(row, recorded));
    }

    private static @Nullable Duration average(Row row, StatusCounts recorded) {
        long durations = recorded.total() - recorded.queued() - recorded.running() - row.getLong("unstarted");
        return durations == 0 ? null : Duration.ofMillis(row.getLong("millis") / durations);
    }

    /** Cached, because reading the sizes of all files takes longer than everything else. */
    private Future<@Nullable Size> size(String reader) {
        long now = System.nanoTime();
        Size known = size;
        if (known != null && now - sizeReadAt < SIZE_CACHE_NANOS) {
            return Future.succeededFuture(known);
        }
        return readSize(reader).onSuccess(read -> {
            size = read;
            sizeReadAt = now;
        });
    }

    private Future<@Nullable Size> readSize(String reader) {
        Sql sql = new Sql().add("SELECT pg_database_size(current_database()) AS bytes, (");
        addCount(sql, new Range(null, null, null, null), Set.of());
        sql.add(") AS executions");
        return database.query(reader, "bytes-on-disk", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next())
                .map(row -> new Size(row.getLong("bytes"), row.getLong("executions")));
    }

    /** Adds the statement of {@link #count}. */
    static void addCount(Sql sql, Range range, Set<ExecutionStatus> statuses) {
        sql.add("SELECT coalesce(sum(" + RollupColumns.present(statuses) + "), 0)::bigint AS rows\n");
        if (range.isTotal()) {
            addSource(sql, range);
        } else {
            addStored(sql, range);
        }
    }

    /** Same as execution_rollup without its join, which costs as much as reading the rollups. */
    private static void addStored(Sql sql, Range range) {
        addSource(sql, range, "execution_daily");
        sql.add(" AND d.day <> ALL (ARRAY(SELECT day FROM dropped_day))");
    }

    private static void addSource(Sql sql, Range range) {
        addSource(sql, range, range.isTotal() ? "execution_total" : "execution_rollup");
    }

    private static void addSource(Sql sql, Range range, String table) {
        sql.add("FROM " + table + " d\nWHERE true");
        if (range.owner() != null) {
            sql.add(" AND d.owner_id = (SELECT id FROM owner WHERE subject = ")
                    .bind(range.owner())
                    .add(")");
        }
        if (range.workflowId() != null) {
            sql.add(" AND d.workflow_id = ").bind(range.workflowId());
        }
        addDays(sql, range.from(), range.to());
    }

    private static void addDays(Sql sql, @Nullable LocalDate from, @Nullable LocalDate to) {
        if (from != null) {
            sql.add(" AND d.day >= ").bind(from);
        }
        if (to != null) {
            sql.add(" AND d.day < ").bind(to);
        }
    }

    private static Statistics toStatistics(
            GetStatistics request,
            Row totals,
            double perDay,
            List<IntervalStatistics> intervals,
            @Nullable Size size) {
        return new Statistics(
                request,
                toCounts(totals, "_now"),
                toCounts(totals, ""),
                new Ages(
                        totals.getLong("age_0"),
                        totals.getLong("age_1"),
                        totals.getLong("age_2"),
                        totals.getLong("age_3")),
                totals.getLocalDate("oldest"),
                size == null ? null : size.bytes(),
                perDay,
                size == null ? null : size.bytesOf(perDay),
                intervals);
    }

    private static IntervalStatistics toInterval(
            Row row, Range range, LocalDate today, Map<LocalDate, Quantiles> durations) {
        StatusCounts recorded = toCounts(row, "");
        LocalDate first = row.getLocalDate("first_day");
        LocalDate end = row.getLocalDate("end_day");
        LocalDate from = range.from() != null && range.from().isAfter(first) ? range.from() : first;
        LocalDate to = range.to() != null && range.to().isBefore(end) ? range.to() : end;
        return new IntervalStatistics(
                start(from),
                start(to),
                recorded,
                from.equals(first) && to.equals(end) && !to.isAfter(today),
                average(row, recorded),
                durations.get(first));
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static StatusCounts toCounts(Row row, String suffix) {
        return new StatusCounts(
                row.getLong("queued" + suffix),
                row.getLong("running" + suffix),
                row.getLong("success" + suffix),
                row.getLong("failed" + suffix),
                row.getLong("cancelled" + suffix),
                row.getLong("crashed" + suffix));
    }

    /** The size of the database and its number of executions. */
    private record Size(long bytes, long executions) {
        /** The estimated size of {@code count} executions. */
        long bytesOf(double count) {
            return executions == 0 ? 0 : Math.round(count * bytes / executions);
        }
    }
}
