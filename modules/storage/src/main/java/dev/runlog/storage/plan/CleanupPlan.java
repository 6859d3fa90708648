package dev.runlog.storage.plan;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.WorkflowCount;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Computes how much a cleanup deletes on each day. Previews show these figures, and the cleanup uses them to choose how
 * to process the day. Three kinds of bounds apply: that of the criteria, those of policies, and the oldest of the
 * newest N of a workflow. Rollups are exact for a day that no bound divides. On a divided day, executions are counted,
 * unless there are too many. Then the figures are estimates that assume evenly spread executions.
 */
public final class CleanupPlan {
    private static final int WORKFLOWS_MAX = 10;

    /** Stored size of a row with its large values, without indexes. */
    public static final String BYTES = """
            (180 + coalesce(pg_column_size(e.payload), 0) + coalesce(pg_column_size(e.result), 0)
             + coalesce(pg_column_size(e.error_details), 0) + coalesce(pg_column_size(e.stack_trace), 0))""";

    public static final String STEP_BYTES = """
            (60 + coalesce(pg_column_size(s.input), 0) + coalesce(pg_column_size(s.output), 0)
             + coalesce(pg_column_size(s.error_message), 0) + coalesce(pg_column_size(s.error_details), 0)
             + coalesce(pg_column_size(s.stack_trace), 0))""";

    private final SqlConnection connection;
    private final Cleanup cleanup;

    /** Requires that {@link KeptExecutions} are already stored for the cleanup. */
    public CleanupPlan(SqlConnection connection, Cleanup cleanup) {
        this.connection = connection;
        this.cleanup = cleanup;
    }

    /**
     * The result of planning.
     *
     * @param days days with something to delete, oldest first
     */
    public record Plan(CleanupPreview preview, List<CleanupDay> days) {}

    /**
     * Returns the days with something to delete, oldest first. Sends the statement before it returns.
     *
     * @param dates the dates to which the days are limited; null for no limit
     */
    public Future<List<CleanupDay>> days(LocalDate @Nullable [] dates) {
        return overview(dates).map(CleanupPlan::toCleanupDays);
    }

    /**
     * Computes the days and the preview.
     *
     * @param rowsMax maximum number of executions to count
     */
    public Future<Plan> plan(int rowsMax) {
        return overview(null).compose(days -> {
            List<DayFigures> counted = daysToCount(days, rowsMax);
            List<DayFigures> others = filter(days, day -> !counted.contains(day));
            Future<List<Row>> rows = ifAny(counted, dates -> countRows(dates, others.isEmpty()));
            Future<List<Row>> exceptions =
                    ifAny(filter(others, DayFigures::hasHeldOrSpared), dates -> countExceptions(dates, rowsMax));
            Future<List<Row>> sizes = sizes(dates(days), dates(counted));
            return Future.all(rows, exceptions, sizes).compose(done -> {
                PreviewFigures figures = new PreviewFigures();
                others.forEach(day -> figures.add(day.rows()));
                figures.addCounted(rows.result());
                figures.add(exceptions.result());
                boolean exact = filter(others, DayFigures::cut).isEmpty() && sum(exceptions.result()) <= rowsMax;
                return workflows(others, figures.byWorkflow())
                        .map(workflows -> figures.toPreview(exact, others.isEmpty(), days, sizes.result(), workflows))
                        .map(preview -> new Plan(preview, toCleanupDays(days)));
            });
        });
    }

    private static List<CleanupDay> toCleanupDays(List<DayFigures> days) {
        return days.stream()
                .filter(day -> day.deletable() > 0)
                .map(DayFigures::toCleanupDay)
                .toList();
    }

    private static Future<List<Row>> ifAny(List<DayFigures> days, Function<LocalDate[], Future<List<Row>>> count) {
        return days.isEmpty() ? Future.succeededFuture(List.of()) : count.apply(dates(days));
    }

    /** All days if they have few executions, otherwise days divided by a bound; none if those have too many. */
    private static List<DayFigures> daysToCount(List<DayFigures> days, int rowsMax) {
        List<DayFigures> cut = filter(days, DayFigures::cut);
        if (days.stream().mapToLong(DayFigures::executions).sum() <= rowsMax) {
            return days;
        }
        return cut.stream().mapToLong(DayFigures::executions).sum() <= rowsMax ? cut : List.of();
    }

    /** Reads the figures of all days with executions of the target from the rollups. */
    private Future<List<DayFigures>> overview(LocalDate @Nullable [] dates) {
        Sql sql = new Sql();
        String before = CleanupBounds.before(sql, cleanup);
        String days = "d.day < " + sql.argument(CleanupDay.endDay(cleanup.criteria()))
                + CleanupCondition.target(sql, cleanup.criteria(), "d")
                + (dates == null ? "" : " AND d.day = ANY (" + sql.argument(dates) + ")");
        String parts = "SELECT " + part(before) + " AS matched, " + part("b.unkept_until%1$s") + " AS unkept, "
                + part("b.until%1$s") + " AS deletable";
        // rest_day is what the usual bound applies to: all executions except those of workflows with their own.
        sql.add("WITH " + CleanupBounds.tables(sql, cleanup, before)
                + """
                ,
                own_day AS MATERIALIZED (
                  SELECT d.day, c.status, sum(c.rows)::bigint AS rows, sum(c.rows * p.matched) AS matched,
                         sum(c.rows * p.unkept) AS unkept, sum(c.rows * p.deletable) AS deletable,
                         bool_or(%6$s) AS cut
                  FROM own_bound b
                  JOIN execution_daily d ON d.owner_id = b.owner_id AND d.workflow_id = b.workflow_id
                  CROSS JOIN LATERAL (%1$s) c (status, rows)
                  CROSS JOIN LATERAL (%2$s) p
                  WHERE %5$s AND c.rows > 0 AND d.day <> ALL (ARRAY(SELECT day FROM dropped_day))
                  GROUP BY d.day, c.status),
                rest_day AS (
                  SELECT r.day, r.status, sum(r.rows)::bigint AS rows
                  FROM (
                    SELECT d.day, c.* FROM %4$s d CROSS JOIN LATERAL (%1$s) c (status, rows) WHERE %5$s
                    UNION ALL
                    SELECT day, status, -rows FROM own_day) r
                  GROUP BY r.day, r.status
                  HAVING sum(r.rows) <> 0),
                cell AS (
                  SELECT d.day, d.status, d.rows, d.rows * p.matched AS matched, d.rows * p.unkept AS unkept,
                         d.rows * p.deletable AS deletable, %6$s AS cut, p.deletable AS usual_part
                  FROM rest_day d
                  JOIN bound b ON b.workflow_id IS NULL AND b.status = d.status
                  CROSS JOIN LATERAL (%3$s) p
                  UNION ALL
                  SELECT *, 0 FROM own_day)
                """.formatted(
                                cells(),
                                parts.formatted("[c.status + 1]"),
                                parts.formatted(""),
                                CleanupCondition.hasTarget(cleanup) ? "execution_rollup" : "execution_total",
                                days,
                                "p.matched NOT IN (0, 1) OR p.unkept NOT IN (0, 1) OR p.deletable NOT IN (0, 1)"));
        sql.add("""
                SELECT c.day, t.stored, c.status, r.reason, NULL::uuid AS workflow_id,
                       sum(c.rows)::bigint AS executions,
                       round(sum(r.number)::numeric, 3)::float8 AS number,
                       bool_or(c.cut) AS cut,
                       max(c.usual_part) AS usual_part,
                       EXISTS (SELECT FROM held_execution s WHERE %1$s)
                       OR EXISTS (SELECT FROM cleanup_spared s WHERE s.cleanup_id = %2$s AND %1$s) AS excepted
                FROM cell c
                JOIN (SELECT d.day, (%3$s)::bigint AS stored FROM execution_total d) t ON t.day = c.day
                CROSS JOIN LATERAL (
                  VALUES (NULL, c.deletable),
                         ('POLICY', c.matched - c.unkept),
                         (CASE WHEN c.status <= 1 THEN 'RUNNING' ELSE '%4$s' END, c.unkept - c.deletable)) AS r (reason, number)
                GROUP BY c.day, t.stored, c.status, r.reason
                ORDER BY c.day, c.status, r.reason
                """.formatted(
                        within("s.execution_id", "c.day"),
                        sql.argument(cleanup.id()),
                        RollupColumns.present(Set.of()),
                        CleanupCondition.ownNumberReason(cleanup)));
        return run(sql).map(DayFigures::toList);
    }

    /** The statuses of the cleanup, each with the number of stored executions in a rollup row {@code d}. */
    private String cells() {
        return CleanupCondition.statusesWithSpared(cleanup).stream()
                .map(status -> "(" + status.number() + ", (" + RollupColumns.present(Set.of(status)) + ")::bigint)")
                .collect(Collectors.joining(", ", "VALUES ", ""));
    }

    /** Matches an ID that belongs to a day. */
    private static String within(String id, String day) {
        return id + " >= first_id(" + day + ") AND " + id + " < first_id(" + day + " + 1)";
    }

    /** The part of the day of {@code d} that lies before a bound, from 0 to 1. */
    private static String part(String until) {
        return "least(greatest(" + until + " - (d.day - date '1970-01-01'), 0), 1)";
    }

    /**
     * Counts the executions of some days by the first reason why they are spared. The row of a day without a status has
     * the sums of its deletable executions.
     *
     * @param withSteps whether to add up the steps of deletable executions, which takes most of the time
     */
    private Future<List<Row>> countRows(LocalDate[] dates, boolean withSteps) {
        Sql sql = new Sql();
        sql.add("""
                SELECT c.day, c.workflow_id, c.status, c.reason, count(*) AS number,
                       (sum(c.bytes + s.bytes) FILTER (WHERE c.reason IS NULL))::bigint AS bytes,
                       (sum(s.steps) FILTER (WHERE c.reason IS NULL))::bigint AS steps,
                       (array_agg(c.id ORDER BY c.id) FILTER (WHERE c.reason IS NULL))[1] AS oldest,
                       (array_agg(c.id ORDER BY c.id DESC) FILTER (WHERE c.reason IS NULL))[1] AS newest
                FROM (
                  SELECT asked.day, e.id, e.workflow_id, e.status, %s AS reason, %s AS bytes
                  FROM unnest(%s::date[]) AS asked (day)
                  JOIN execution e ON %s
                  WHERE %s
                  OFFSET 0) c
                CROSS JOIN LATERAL (%s) s
                GROUP BY GROUPING SETS ((c.day, c.workflow_id, c.status, c.reason), (c.day))
                """.formatted(
                        CleanupCondition.reason(sql, cleanup),
                        BYTES,
                        sql.argument(dates),
                        within("e.id", "asked.day"),
                        CleanupCondition.matches(sql, cleanup, CleanupCondition.statusesWithSpared(cleanup)),
                        withSteps
                                ? "SELECT count(*) AS steps, coalesce(sum(" + STEP_BYTES + "), 0) AS bytes FROM step s "
                                        + "WHERE s.execution_id = c.id AND c.reason IS NULL"
                                : "SELECT 0 AS steps, 0 AS bytes"));
        return run(sql);
    }

    /**
     * Counts held executions and spared children by the reason why they are spared. Subtracts them from the reason why
     * the rollups count them as kept, or from the deletable ones.
     */
    private Future<List<Row>> countExceptions(LocalDate[] dates, int rowsMax) {
        Sql sql = new Sql();
        sql.add("""
                SELECT c.day, c.workflow_id, c.status, r.reason, sum(r.sign) AS number
                FROM (
                  SELECT asked.day, e.workflow_id, e.status, %1$s AS reason, %2$s AS rollup_reason
                  FROM unnest(%3$s::date[]) AS asked (day)
                  CROSS JOIN LATERAL (
                    SELECT s.execution_id AS id FROM held_execution s WHERE %4$s
                    UNION
                    SELECT s.execution_id FROM cleanup_spared s WHERE s.cleanup_id = %5$s AND %4$s) x
                  CROSS JOIN LATERAL (SELECT * FROM execution e WHERE e.id = x.id OFFSET 0) e
                  WHERE %6$s
                  LIMIT %7$s) c
                CROSS JOIN LATERAL (VALUES (c.reason, 1), (c.rollup_reason, -1)) AS r (reason, sign)
                GROUP BY c.day, c.workflow_id, c.status, r.reason, r.sign
                """.formatted(
                        CleanupCondition.reason(sql, cleanup),
                        CleanupCondition.keptReason(sql, cleanup),
                        sql.argument(dates),
                        within("s.execution_id", "asked.day"),
                        sql.argument(cleanup.id()),
                        CleanupCondition.matches(sql, cleanup, CleanupCondition.statuses(cleanup)),
                        sql.argument(rowsMax + 1L)));
        return run(sql);
    }

    /** The number of exceptions, without those that are subtracted. */
    private static long sum(List<Row> exceptions) {
        return exceptions.stream()
                .mapToLong(row -> Math.max(0, row.getLong("number")))
                .sum();
    }

    /**
     * Bytes and steps of the partitions of days. Measures the files of counted days. For the other days, it uses the
     * page counts of the last VACUUM or ANALYZE, because measuring takes five times as long.
     */
    private Future<List<Row>> sizes(LocalDate[] dates, LocalDate[] counted) {
        Sql sql = new Sql();
        sql.add("""
                SELECT asked.day,
                       coalesce(sum(
                         CASE WHEN t.relpages = 0 OR asked.day = ANY (%s) THEN pg_total_relation_size(t.oid)
                           ELSE current_setting('block_size')::bigint * (t.relpages
                             + coalesce((SELECT o.relpages FROM pg_class o WHERE o.oid = t.reltoastrelid), 0)
                             + coalesce((SELECT sum(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                         WHERE x.indrelid = t.oid), 0)) END), 0)::bigint AS bytes,
                       coalesce(sum(
                         CASE WHEN t.relname NOT LIKE 'step%%' THEN 0
                           WHEN t.reltuples < 0 THEN pg_relation_size(t.oid) / 120
                           ELSE t.reltuples END), 0)::bigint AS steps
                FROM unnest(%s::date[]) AS asked (day)
                CROSS JOIN unnest(ARRAY['execution_', 'step_']) AS parent (prefix)
                LEFT JOIN pg_class t ON t.relname = parent.prefix || to_char(asked.day, 'YYYYMMDD')
                  AND t.relnamespace = current_schema()::regnamespace
                GROUP BY asked.day
                """.formatted(sql.argument(counted), sql.argument(dates)));
        return run(sql);
    }

    /**
     * Returns the workflows with the most deletable executions, in descending order.
     *
     * @param days days to take from the rollups
     * @param counted executions by workflow to add to the rollups
     */
    private Future<List<WorkflowCount>> workflows(List<DayFigures> days, Map<UUID, Long> counted) {
        Sql sql = new Sql();
        Set<ExecutionStatus> statuses = CleanupCondition.statuses(cleanup);
        List<DayFigures> usual = filter(days, day -> statuses.stream().anyMatch(one -> day.usualPart(one) > 0));
        String parts = statuses.stream()
                .map(one -> sql.argument(
                                usual.stream().map(day -> day.usualPart(one)).toArray(Double[]::new)) + "::float8[]")
                .collect(Collectors.joining(", "));
        String names = statuses.stream().map(RollupColumns::recorded).collect(Collectors.joining(", "));
        String usualRows = statuses.stream()
                .map(one -> "(" + RollupColumns.present(Set.of(one)) + ") * p." + RollupColumns.recorded(one))
                .collect(Collectors.joining(" + "));
        String target = CleanupCondition.target(sql, cleanup.criteria(), "d");
        sql.add("WITH " + CleanupBounds.tables(sql, cleanup, CleanupBounds.before(sql, cleanup))
                + """

                SELECT t.workflow_id, o.subject, w.key, w.name, w.created_at, round(t.rows)::bigint AS rows
                FROM (
                  SELECT f.workflow_id, sum(f.rows) AS rows
                  FROM (
                    SELECT d.workflow_id, sum(%1$s) AS rows
                    FROM unnest(%2$s::date[], %3$s) AS p (day, %4$s)
                    JOIN execution_daily d ON d.day = p.day
                    WHERE d.workflow_id NOT IN (SELECT id FROM own_workflow)%5$s
                    GROUP BY d.workflow_id
                    UNION ALL
                    SELECT d.workflow_id, c.rows * %7$s
                    FROM own_bound b
                    JOIN execution_daily d ON d.owner_id = b.owner_id AND d.workflow_id = b.workflow_id
                    CROSS JOIN LATERAL (%6$s) c (status, rows)
                    WHERE c.rows > 0 AND c.status > 1 AND d.day = ANY (%8$s)%5$s
                    UNION ALL
                    SELECT * FROM unnest(%9$s::uuid[], %10$s::bigint[])) f
                  GROUP BY f.workflow_id
                  HAVING round(sum(f.rows)) > 0
                  ORDER BY rows DESC, f.workflow_id
                  LIMIT %11$d) t
                JOIN workflow w ON w.id = t.workflow_id
                JOIN owner o ON o.id = w.owner_id
                ORDER BY t.rows DESC, w.key
                """.formatted(
                                usualRows,
                                sql.argument(dates(usual)),
                                parts,
                                names,
                                target,
                                cells(),
                                part("b.until[c.status + 1]"),
                                sql.argument(dates(days)),
                                sql.argument(counted.keySet().toArray(UUID[]::new)),
                                sql.argument(counted.values().toArray(Long[]::new)),
                                WORKFLOWS_MAX));
        return run(sql).map(rows -> rows.stream()
                .map(row -> new WorkflowCount(
                        new Workflow(
                                row.getUUID("workflow_id"),
                                row.getString("subject"),
                                row.getString("key"),
                                row.getString("name"),
                                row.getOffsetDateTime("created_at").toInstant()),
                        row.getLong("rows")))
                .toList());
    }

    private static List<DayFigures> filter(List<DayFigures> days, Predicate<DayFigures> condition) {
        return days.stream().filter(condition).toList();
    }

    private static LocalDate[] dates(List<DayFigures> days) {
        return days.stream().map(DayFigures::day).toArray(LocalDate[]::new);
    }

    private Future<List<Row>> run(Sql sql) {
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).map(rows -> Rows.toList(rows, row -> row));
    }
}
