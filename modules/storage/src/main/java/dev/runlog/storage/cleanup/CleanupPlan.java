package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Computes how much a cleanup deletes on each day. Previews show these figures, and the cleanup uses them to choose how
 * to process the day. Three kinds of bounds apply: that of the criteria, those of policies, and the oldest of the
 * newest N of a workflow. Rollups are exact for a day that no bound divides. On a divided day, executions are counted,
 * unless there are too many. Then the figures are estimates that assume evenly spread executions.
 */
final class CleanupPlan {
    private static final int WORKFLOWS_MAX = 10;
    private static final double MILLIS_OF_DAY = 86_400_000;

    /** Stored size of a row with its large values, without indexes. */
    static final String BYTES = """
            (180 + coalesce(pg_column_size(e.payload), 0) + coalesce(pg_column_size(e.result), 0)
             + coalesce(pg_column_size(e.error_details), 0) + coalesce(pg_column_size(e.stack_trace), 0))""";

    static final String STEP_BYTES = """
            (60 + coalesce(pg_column_size(s.input), 0) + coalesce(pg_column_size(s.output), 0)
             + coalesce(pg_column_size(s.error), 0))""";

    private final SqlConnection connection;
    private final Cleanup cleanup;

    /** Requires that {@link KeptExecutions} are already stored for the cleanup. */
    CleanupPlan(SqlConnection connection, Cleanup cleanup) {
        this.connection = connection;
        this.cleanup = cleanup;
    }

    /**
     * The result of planning.
     *
     * @param days days with something to delete, oldest first
     */
    record Plan(CleanupPreview preview, List<CleanupDay> days) {}

    /** Returns the days with something to delete, oldest first. */
    Future<List<CleanupDay>> days() {
        return days(null);
    }

    /** The same, limited to some dates. Sends the statement before it returns. */
    Future<List<CleanupDay>> days(LocalDate @Nullable [] dates) {
        return overview(dates).map(found -> found.stream()
                .filter(day -> day.deletable() > 0)
                .map(DayFigures::toCleanupDay)
                .toList());
    }

    /**
     * Computes the days and the preview.
     *
     * @param rowsMax maximum number of executions to count
     */
    Future<Plan> plan(int rowsMax) {
        return overview(null).compose(days -> {
            List<DayFigures> toCount = daysToCount(days, rowsMax);
            LocalDate[] counted = dates(toCount);
            List<DayFigures> others = filter(days, day -> !toCount.contains(day));
            LocalDate[] excepted = dates(filter(others, DayFigures::excepted));
            List<CleanupDay> cleanupDays = days.stream()
                    .filter(day -> day.deletable() > 0)
                    .map(DayFigures::toCleanupDay)
                    .toList();
            Future<List<Row>> rows =
                    counted.length == 0 ? Future.succeededFuture(List.<Row>of()) : countRows(counted, others.isEmpty());
            Future<List<Row>> exceptions =
                    excepted.length == 0 ? Future.succeededFuture(List.<Row>of()) : countExceptions(excepted, rowsMax);
            Future<List<Row>> sizes = sizes(dates(days), counted);
            return Pipeline.inTurn(List.of(rows, exceptions, sizes)).compose(done -> {
                PreviewFigures figures = new PreviewFigures(cleanup, rowsMax);
                others.forEach(figures::addRollups);
                figures.addCounted(toCount, rows.result());
                figures.addExceptions(exceptions.result());
                return workflows(others, figures.byWorkflow())
                        .map(workflows -> new Plan(figures.toPreview(days, sizes.result(), workflows), cleanupDays));
            });
        });
    }

    /** All days if they have few executions, otherwise days divided by a bound; none if those have too many. */
    private static List<DayFigures> daysToCount(List<DayFigures> days, int rowsMax) {
        List<DayFigures> cut = filter(days, DayFigures::cut);
        if (days.stream().mapToLong(DayFigures::rows).sum() <= rowsMax) {
            return days;
        }
        return cut.stream().mapToLong(DayFigures::rows).sum() <= rowsMax ? cut : List.of();
    }

    /** Reads the figures of all days with executions of the target from the rollups. */
    private Future<List<DayFigures>> overview(LocalDate @Nullable [] dates) {
        Sql sql = new Sql();
        String before = before(sql);
        String days = "d.day < " + sql.argument(dayAfter())
                + CleanupCondition.target(sql, cleanup.criteria(), "d")
                + (dates == null ? "" : " AND d.day = ANY (" + sql.argument(dates) + ")");
        String parts = part(before) + " AS matched, " + part("b.unkept_until") + " AS unkept, " + part("b.until")
                + " AS deletable";
        // Workflows with their own bound are subtracted from the figures of the usual bound and added with their own.
        sql.add("WITH " + bounds(sql, before)
                + """
                ,
                cell AS (
                  SELECT d.day, b.status, true AS usual, %1$s AS rows, %2$s
                  FROM %3$s d
                  JOIN bound b ON b.workflow_id IS NULL
                  WHERE %4$s
                  UNION ALL
                  SELECT d.day, b.status, false, (CASE WHEN b.workflow_id IS NULL THEN -1 ELSE 1 END) * (%1$s), %2$s
                  FROM own_bound w
                  JOIN execution_daily d ON d.owner_id = w.owner_id AND d.workflow_id = w.id
                  JOIN bound b ON b.workflow_id IS NULL OR b.workflow_id = w.id
                  WHERE %4$s AND d.day <> ALL (ARRAY(SELECT day FROM dropped_day)))
                """.formatted(
                                presentOf("b.status"),
                                parts,
                                CleanupCondition.hasTarget(cleanup) ? "execution_rollup" : "execution_total",
                                days));
        sql.add("""
                SELECT c.day, c.status, t.stored, sum(c.rows)::bigint AS rows,
                       round(sum(c.rows * c.matched)::numeric, 3)::float8 AS matched,
                       round(sum(c.rows * c.unkept)::numeric, 3)::float8 AS unkept,
                       round(sum(c.rows * c.deletable)::numeric, 3)::float8 AS deletable,
                       sum(c.rows) FILTER (WHERE c.deletable = 1)::bigint AS surely,
                       sum(c.rows) FILTER (WHERE c.matched NOT IN (0, 1) OR c.unkept NOT IN (0, 1)
                         OR c.deletable NOT IN (0, 1))::bigint AS cut,
                       coalesce(max(c.deletable) FILTER (WHERE c.usual), 0) AS usual,
                       EXISTS (SELECT FROM held_execution s WHERE %1$s)
                       OR EXISTS (SELECT FROM cleanup_spared s WHERE s.cleanup_id = %2$s AND %1$s) AS excepted
                FROM cell c
                JOIN (SELECT d.day, (%3$s)::bigint AS stored FROM execution_total d) t ON t.day = c.day
                WHERE c.rows <> 0
                GROUP BY c.day, c.status, t.stored
                HAVING sum(c.rows) > 0
                ORDER BY c.day, c.status
                """.formatted(
                within("s.execution_id", "c.day"), sql.argument(cleanup.id()), RollupColumns.present(Set.of())));
        return run(sql).map(DayFigures::toList);
    }

    /**
     * The times before which executions of a status are deleted, in days since 1970. The row without a workflow is the
     * usual bound. Workflows with their own policy or newest N have their own rows.
     */
    private String bounds(Sql sql, String before) {
        String id = sql.argument(cleanup.id());
        return """
                own_bound AS MATERIALIZED (
                  SELECT w.id, w.owner_id
                  FROM cleanup_rule r
                  JOIN workflow w ON w.id = r.workflow_id
                  WHERE r.cleanup_id = :id
                  UNION
                  SELECT w.id, w.owner_id
                  FROM cleanup_rule r
                  JOIN workflow w ON w.owner_id = r.owner_id
                  WHERE r.cleanup_id = :id AND r.workflow_id IS NULL
                  UNION
                  SELECT w.id, w.owner_id
                  FROM cleanup_keep k
                  JOIN workflow w ON w.id = k.workflow_id
                  WHERE k.cleanup_id = :id),
                bound AS MATERIALIZED (
                  SELECT w.id AS workflow_id, s.status, p.unkept_until,
                         CASE WHEN s.status <= 1 THEN 0 ELSE least(p.unkept_until, :own_newest) END AS until
                  FROM (SELECT NULL::uuid AS id, NULL::integer AS owner_id UNION ALL SELECT id, owner_id FROM own_bound) w
                  CROSS JOIN unnest(ARRAY[:statuses]::smallint[]) AS s (status)
                  LEFT JOIN LATERAL (
                    SELECT decides.*
                    FROM (SELECT w.id AS workflow_id, w.owner_id, s.status) e, LATERAL (:policy) decides) r ON true
                  LEFT JOIN cleanup_keep k
                    ON k.cleanup_id = :id AND k.policy_id = r.policy_id AND k.workflow_id = w.id
                  LEFT JOIN cleanup_keep own
                    ON own.cleanup_id = :id AND own.policy_id = ':nil' AND own.workflow_id = w.id
                  CROSS JOIN LATERAL (
                    SELECT least(:before, :since, CASE WHEN r.keep_last IS NOT NULL THEN :newest END) AS unkept_until) p)""".replace(":policy", CleanupCondition.decidingPolicy("e", id))
                .replace(":id", id)
                .replace(":own_newest", daysOf("uuid_v7_time(own.keep_from)"))
                .replace(":statuses", CleanupCondition.numbers(CleanupCondition.statusesWithSpared(cleanup)))
                .replace(":nil", CleanupCondition.NIL.toString())
                .replace(":before", before)
                .replace(":since", daysOf("r.keep_since"))
                .replace(":newest", daysOf("uuid_v7_time(k.keep_from)"));
    }

    private String before(Sql sql) {
        return sql.argument(cleanup.criteria().before().toEpochMilli() / MILLIS_OF_DAY) + "::float8";
    }

    /** Matches an ID that belongs to a day. */
    private static String within(String id, String day) {
        return id + " >= uuid_v7_floor(" + day + "::timestamp AT TIME ZONE 'UTC') AND " + id + " < uuid_v7_floor(("
                + day + " + 1)::timestamp AT TIME ZONE 'UTC')";
    }

    private static String daysOf(String moment) {
        return "extract(epoch FROM " + moment + ")::float8 / 86400";
    }

    /** The part of the day of {@code d} that lies before a bound, from 0 to 1. */
    private static String part(String until) {
        return "least(greatest(" + until + " - (d.day - date '1970-01-01'), 0), 1)";
    }

    private static String presentOf(String status) {
        return Arrays.stream(ExecutionStatus.values())
                .map(one -> "WHEN " + one.number() + " THEN " + RollupColumns.present(Set.of(one)))
                .collect(Collectors.joining(" ", "CASE " + status + " ", " END"));
    }

    /**
     * Counts the executions of some days by the first reason why they are spared.
     *
     * @param withSteps whether to add up the steps of deletable executions, which takes most of the time
     */
    private Future<List<Row>> countRows(LocalDate[] dates, boolean withSteps) {
        Sql sql = new Sql();
        sql.add("""
                SELECT c.day, c.workflow_id, w.key, c.status, c.reason, NULL AS kept_reason, count(*) AS rows,
                       sum(c.bytes + s.bytes)::bigint AS bytes, sum(s.steps)::bigint AS steps,
                       (array_agg(c.id ORDER BY c.id))[1] AS oldest, (array_agg(c.id ORDER BY c.id DESC))[1] AS newest
                FROM (
                  SELECT asked.day, e.id, e.workflow_id, e.status, %s AS reason, %s AS bytes
                  FROM unnest(%s::date[]) AS asked (day)
                  JOIN execution e ON %s
                  WHERE %s
                  OFFSET 0) c
                JOIN workflow w ON w.id = c.workflow_id
                CROSS JOIN LATERAL (%s) s
                GROUP BY c.day, c.workflow_id, w.key, c.status, c.reason
                ORDER BY c.day, c.workflow_id, c.status, c.reason
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

    /** Counts held executions and spared children, also by the reason why the rollups count them as kept, if any. */
    private Future<List<Row>> countExceptions(LocalDate[] dates, int rowsMax) {
        Sql sql = new Sql();
        sql.add("""
                SELECT c.day, c.workflow_id, c.status, c.reason, c.kept_reason, count(*) AS rows
                FROM (
                  SELECT asked.day, e.workflow_id, e.status, %s AS reason, %s AS kept_reason
                  FROM unnest(%s::date[]) AS asked (day)
                  CROSS JOIN LATERAL (
                    SELECT s.execution_id AS id FROM held_execution s WHERE %s
                    UNION
                    SELECT s.execution_id FROM cleanup_spared s WHERE s.cleanup_id = %s AND %s) x
                  CROSS JOIN LATERAL (SELECT * FROM execution e WHERE e.id = x.id OFFSET 0) e
                  WHERE %s
                  LIMIT %s) c
                GROUP BY c.day, c.workflow_id, c.status, c.reason, c.kept_reason
                ORDER BY c.day, c.workflow_id, c.status, c.reason
                """.formatted(
                        CleanupCondition.reason(sql, cleanup),
                        CleanupCondition.keptReason(sql, cleanup),
                        sql.argument(dates),
                        within("s.execution_id", "asked.day"),
                        sql.argument(cleanup.id()),
                        within("s.execution_id", "asked.day"),
                        CleanupCondition.matches(sql, cleanup, CleanupCondition.statuses(cleanup)),
                        sql.argument(rowsMax + 1L)));
        return run(sql);
    }

    /**
     * Bytes and steps of the partitions of days. Measures the files of counted days. For the other days, it uses the
     * page counts of the last VACUUM or ANALYZE, because measuring takes five times as long.
     */
    private Future<List<Row>> sizes(LocalDate[] dates, LocalDate[] counted) {
        Sql sql = new Sql();
        sql.add("""
                SELECT asked.day,
                       sum(CASE WHEN t.relpages = 0 OR asked.day = ANY (%s) THEN pg_total_relation_size(t.oid)
                             ELSE current_setting('block_size')::bigint * (t.relpages
                               + coalesce((SELECT o.relpages FROM pg_class o WHERE o.oid = t.reltoastrelid), 0)
                               + coalesce((SELECT sum(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                           WHERE x.indrelid = t.oid), 0)) END)::bigint AS bytes,
                       sum(CASE WHEN t.relname NOT LIKE 'step%%' THEN 0
                             WHEN t.reltuples < 0 THEN pg_relation_size(t.oid) / 120
                             ELSE t.reltuples END)::bigint AS steps
                FROM unnest(%s::date[]) AS asked (day)
                CROSS JOIN unnest(ARRAY['execution_', 'step_']) AS parent (prefix)
                JOIN pg_class t ON t.relname = parent.prefix || to_char(asked.day, 'YYYYMMDD')
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
    private Future<List<OfWorkflow>> workflows(List<DayFigures> days, Map<UUID, Long> counted) {
        Sql sql = new Sql();
        Set<ExecutionStatus> statuses = CleanupCondition.statuses(cleanup);
        String untils = statuses.stream()
                .map(one -> ", max(until) FILTER (WHERE status = " + one.number() + ") AS of_" + one.number())
                .collect(Collectors.joining());
        String parts = statuses.stream()
                .map(one -> "(" + RollupColumns.present(Set.of(one)) + ") * " + part("u.of_" + one.number()))
                .collect(Collectors.joining(" + "));
        String rollups = "execution_daily d\n  WHERE d.day <> ALL (ARRAY(SELECT day FROM dropped_day))"
                + CleanupCondition.target(sql, cleanup.criteria(), "d");
        String usual = rollups + " AND NOT EXISTS (SELECT FROM own_bound w WHERE w.id = d.workflow_id)";
        // Days that are usually deleted whole are separate: multiplying by parts takes twice as long.
        sql.add("WITH " + bounds(sql, before(sql))
                + """
                ,
                until AS MATERIALIZED (SELECT workflow_id%1$s FROM bound GROUP BY workflow_id)
                SELECT t.workflow_id, w.key, round(t.rows)::bigint AS rows
                FROM (
                  SELECT f.workflow_id, sum(f.rows) AS rows
                  FROM (
                    SELECT d.workflow_id, sum(%2$s)::float8 AS rows
                    FROM %3$s AND d.day = ANY (%4$s)
                    GROUP BY d.workflow_id
                    UNION ALL
                    SELECT d.workflow_id, sum(%5$s)
                    FROM until u, %3$s AND d.day = ANY (%6$s) AND u.workflow_id IS NULL
                    GROUP BY d.workflow_id
                    UNION ALL
                    SELECT d.workflow_id, sum(%5$s)
                    FROM own_bound w, until u, %7$s AND d.day = ANY (%8$s)
                      AND d.owner_id = w.owner_id AND d.workflow_id = w.id AND u.workflow_id = w.id
                    GROUP BY d.workflow_id
                    UNION ALL
                    SELECT * FROM unnest(%9$s::uuid[], %10$s::bigint[])) f
                  GROUP BY f.workflow_id
                  HAVING round(sum(f.rows)) > 0
                  ORDER BY rows DESC, f.workflow_id
                  LIMIT %11$d) t
                JOIN workflow w ON w.id = t.workflow_id
                ORDER BY t.rows DESC, w.key
                """.formatted(
                                untils,
                                RollupColumns.present(statuses),
                                usual,
                                sql.argument(dates(filter(days, DayFigures::isUsuallyWhole))),
                                parts,
                                sql.argument(dates(filter(days, DayFigures::isUsuallyPartial))),
                                rollups,
                                sql.argument(dates(days)),
                                sql.argument(counted.keySet().toArray(UUID[]::new)),
                                sql.argument(counted.values().toArray(Long[]::new)),
                                WORKFLOWS_MAX));
        return run(sql).map(rows -> rows.stream()
                .map(row -> new OfWorkflow(row.getUUID("workflow_id"), row.getString("key"), row.getLong("rows")))
                .toList());
    }

    private static List<DayFigures> filter(List<DayFigures> days, Predicate<DayFigures> condition) {
        return days.stream().filter(condition).toList();
    }

    private LocalDate dayAfter() {
        return LocalDate.ofInstant(cleanup.criteria().before().minusNanos(1), ZoneOffset.UTC)
                .plusDays(1);
    }

    private static LocalDate[] dates(List<DayFigures> days) {
        return days.stream().map(DayFigures::day).toArray(LocalDate[]::new);
    }

    private Future<List<Row>> run(Sql sql) {
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).map(rows -> Rows.toList(rows, row -> row));
    }
}
