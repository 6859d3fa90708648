package dev.runlog.storage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a cleanup would do. The rollups answer, whose number does not grow with executions; the days in whose midst the
 * criteria end are told by their share. Where little is meant, the rows themselves are counted.
 */
final class CleanupPreviews {
    private static final int TOP = 10;
    private static final int LOOKED_AT_MAX = 1000;

    /**
     * Appends the rollups of what is meant, a row for each workflow, day and status, with the share of it that is older
     * than the bound and that goes in the end. Shares are cut from a day's newer end.
     */
    private static void addShares(Sql sql, Cleanup cleanup, boolean countsNewest) {
        addShares(sql, cleanup, countsNewest, null);
    }

    private static void addShares(Sql sql, Cleanup cleanup, boolean countsNewest, LocalDate @Nullable [] of) {
        String id = sql.argument(cleanup.id());
        String before = before(sql, cleanup);
        sql.add("""
                WITH present AS (
                  SELECT d.owner_id, d.workflow_id, d.day, s.status, s.rows, r.policy_id, r.keep_since,
                         coalesce(%s::integer, r.keep_last) AS keep_last,
                         d.day::timestamp AT TIME ZONE 'UTC' AS starts
                  FROM execution_daily d
                  CROSS JOIN LATERAL (
                    VALUES (2::smallint, d.success - d.success_deleted), (3::smallint, d.failed - d.failed_deleted),
                           (4::smallint, d.cancelled - d.cancelled_deleted),
                           (5::smallint, d.crashed - d.crashed_deleted)) s (status, rows)
                  LEFT JOIN LATERAL (
                    SELECT decides.*
                    FROM (SELECT d.owner_id, d.workflow_id, s.status) e, LATERAL (%s) decides) r ON true
                  WHERE s.rows > 0 AND s.status IN (%s)
                """.formatted(
                        sql.argument(cleanup.criteria().keepLast()),
                        CleanupScope.deciding("e", id),
                        CleanupScope.numbers(cleanup.criteria().statuses())));
        CleanupScope.addTarget(sql, cleanup.criteria(), "d");
        if (!countsNewest) {
            sql.add(" AND d.day < ").bind(dayAfter(cleanup));
        }
        if (of != null) {
            sql.add(" AND d.day = ANY (").bind(of).add(")");
        }
        sql.add("""
                ),
                newer AS (
                  SELECT *, %s
                  FROM present),
                shares AS (
                  SELECT *, %s AS meant, least(%s, CASE WHEN keep_since IS NULL THEN 1 ELSE %s END) AS old,
                         CASE WHEN keep_last IS NULL THEN 1
                           ELSE 1 - least(greatest(keep_last - (upto - day_rows), 0), day_rows)::float8 / day_rows
                         END AS beyond
                  FROM newer),
                going AS (
                  SELECT owner_id, workflow_id, day, status, rows, rows * meant AS meant_rows,
                         rows * least(old, beyond) AS going_rows,
                         CASE WHEN policy_id IS NOT NULL THEN rows * (meant - least(old, beyond, meant)) ELSE 0 END
                           AS policy_rows,
                         CASE WHEN policy_id IS NULL THEN rows * (meant - least(old, beyond, meant)) ELSE 0 END
                           AS last_rows,
                         least(old, beyond) IN (0, 1) AS exact
                  FROM shares
                  WHERE meant > 0)
                """.formatted(
                        countsNewest
                                ? "sum(rows) OVER (PARTITION BY workflow_id, policy_id, day) AS day_rows, "
                                        + "sum(rows) OVER (PARTITION BY workflow_id, policy_id ORDER BY day DESC) AS upto"
                                : "rows AS day_rows, rows AS upto",
                        share(before),
                        share(before),
                        share("keep_since")));
    }

    private static String before(Sql sql, Cleanup cleanup) {
        return sql.argument(cleanup.criteria().before().atOffset(ZoneOffset.UTC)) + "::timestamptz";
    }

    private static String share(String moment) {
        return "least(greatest(extract(epoch FROM " + moment + " - starts)::float8 / 86400, 0), 1)";
    }

    private static LocalDate dayAfter(Cleanup cleanup) {
        return LocalDate.ofInstant(cleanup.criteria().before().minusNanos(1), ZoneOffset.UTC)
                .plusDays(1);
    }

    private final Database database;

    CleanupPreviews(Database database) {
        this.database = database;
    }

    /** Whether the rank within a workflow may matter, which takes a look at all of its days. */
    private Future<Boolean> countsNewest(Cleanup cleanup) {
        return cleanup.criteria().keepLast() != null
                ? Future.succeededFuture(true)
                : database.query(
                                "cleanup-counts-newest",
                                "SELECT EXISTS (SELECT FROM cleanup_rule WHERE cleanup_id = $1 AND keep_last IS NOT NULL)",
                                Tuple.of(cleanup.id()))
                        .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** The days on which there is something to delete, oldest first. */
    Future<List<CleanupDay>> days(Cleanup cleanup) {
        return countsNewest(cleanup).compose(newest -> days(cleanup, newest));
    }

    private Future<List<CleanupDay>> days(Cleanup cleanup, boolean newest) {
        Sql sql = days(cleanup, newest, null);
        return database.query("cleanup-days", sql.text(), sql.arguments()).map(CleanupPreviews::toDays);
    }

    /** The query of the days, or of some of them where no rank within a workflow matters. */
    static Sql days(Cleanup cleanup, boolean newest, LocalDate @Nullable [] of) {
        Sql sql = new Sql();
        addShares(sql, cleanup, newest, newest ? null : of);
        sql.add("""
                SELECT g.day, ceil(sum(g.going_rows))::bigint AS going, min(t.stored)::bigint AS stored
                FROM going g
                JOIN (
                  SELECT d.day, sum(d.running + d.success - d.success_deleted + d.failed - d.failed_deleted
                                    + d.cancelled - d.cancelled_deleted + d.crashed - d.crashed_deleted) AS stored
                  FROM execution_daily d
                  WHERE d.day <\s""").bind(dayAfter(cleanup));
        if (of != null) {
            sql.add(" AND d.day = ANY (").bind(of).add(")");
        }
        return sql.add("""

                  GROUP BY d.day) t ON t.day = g.day
                GROUP BY g.day
                HAVING sum(g.going_rows) > 0
                ORDER BY g.day
                """);
    }

    static List<CleanupDay> toDays(RowSet<Row> rows) {
        return ExecutionReads.all(
                rows, row -> new CleanupDay(row.getLocalDate("day"), row.getLong("stored"), row.getLong("going")));
    }

    /**
     * What a cleanup whose rules stand would do.
     *
     * @param rowsMax how many rows it may look at; where more are there that old, the rollups answer
     */
    Future<CleanupPreview> of(Cleanup cleanup, int rowsMax) {
        return countsNewest(cleanup).compose(newest -> Future.all(candidates(cleanup), days(cleanup, newest))
                .compose(both -> both.<Candidates>resultAt(0).stored() <= rowsMax
                        ? fromRows(cleanup, both.resultAt(0), both.resultAt(1))
                        : fromRollups(cleanup, newest, both.resultAt(0), both.resultAt(1))));
    }

    /** What there is of the target that old, about: all, and those that run. */
    private record Candidates(long stored, long running) {}

    private Future<Candidates> candidates(Cleanup cleanup) {
        Sql sql = new Sql();
        sql.add("""
                SELECT coalesce(sum(d.running + d.success - d.success_deleted + d.failed - d.failed_deleted
                                    + d.cancelled - d.cancelled_deleted + d.crashed - d.crashed_deleted), 0)::bigint
                         AS stored,
                       ceil(coalesce(sum(d.running * %s), 0))::bigint AS running
                FROM (SELECT d.*, d.day::timestamp AT TIME ZONE 'UTC' AS starts FROM execution_daily d) d
                WHERE d.day <\s""".formatted(share(before(sql, cleanup)))).bind(dayAfter(cleanup));
        CleanupScope.addTarget(sql, cleanup.criteria(), "d");
        return database.query("preview-candidates", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next())
                .map(row -> new Candidates(row.getLong(0), row.getLong(1)));
    }

    private Future<CleanupPreview> fromRollups(
            Cleanup cleanup, boolean newest, Candidates candidates, List<CleanupDay> days) {
        Sql sql = new Sql();
        addShares(sql, cleanup, newest);
        sql.add("""
                SELECT workflow_id, status, sum(going_rows) AS going, sum(meant_rows) AS meant,
                       sum(policy_rows) AS by_policy, sum(last_rows) AS by_last, bool_and(exact) AS exact
                FROM going
                GROUP BY GROUPING SETS ((workflow_id), (status), ())
                ORDER BY workflow_id, status
                """);
        return database.query("preview-rollups", sql.text(), sql.arguments())
                .map(Rollups::of)
                .compose(rollups -> Future.all(stays(cleanup), names(rollups.topIds()), sizes(days))
                        .map(all -> rollups.toPreview(
                                cleanup,
                                candidates.running(),
                                days,
                                all.resultAt(0),
                                all.resultAt(1),
                                all.resultAt(2))));
    }

    /** Held executions and children of what stays among those that are meant, as far as they are looked at. */
    private Future<List<Row>> stays(Cleanup cleanup) {
        Sql sql = new Sql().add("""
                SELECT e.workflow_id, e.status, e.id, e.held
                FROM execution e
                WHERE e.held AND\s""");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("""

                UNION ALL
                SELECT e.workflow_id, e.status, e.id, e.held
                FROM cleanup_spared s
                JOIN execution e ON e.id = s.execution_id
                WHERE NOT e.held AND s.cleanup_id =\s""").bind(cleanup.id()).add(" AND ");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("\nLIMIT " + (LOOKED_AT_MAX + 1));
        return database.query("preview-held", sql.text(), sql.arguments())
                .map(rows -> ExecutionReads.all(rows, row -> row));
    }

    private Future<Map<UUID, String>> names(List<UUID> workflowIds) {
        return database.query(
                        "preview-workflows",
                        "SELECT id, key FROM workflow WHERE id = ANY ($1) ORDER BY id",
                        Tuple.of(workflowIds.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, String> keys = new HashMap<>();
                    rows.forEach(row -> keys.put(row.getUUID(0), row.getString(1)));
                    return keys;
                });
    }

    /** The size and the steps of the days' partitions. */
    private Future<Map<LocalDate, long[]>> sizes(List<CleanupDay> days) {
        return database.query(
                        "preview-sizes",
                        """
                        SELECT day, coalesce(pg_total_relation_size(e.oid), 0) + coalesce(pg_total_relation_size(s.oid), 0)
                                 AS bytes,
                               CASE WHEN s.reltuples < 0 THEN pg_relation_size(s.oid) / 120 ELSE s.reltuples END::bigint
                                 AS steps
                        FROM unnest($1::date[]) AS asked (day)
                        LEFT JOIN pg_class e ON e.oid = to_regclass('execution_' || to_char(day, 'YYYYMMDD'))
                        LEFT JOIN pg_class s ON s.oid = to_regclass('step_' || to_char(day, 'YYYYMMDD'))
                        ORDER BY day
                        """,
                        Tuple.of(days.stream().map(CleanupDay::day).toArray(LocalDate[]::new)))
                .map(rows -> {
                    Map<LocalDate, long[]> sizes = new HashMap<>();
                    rows.forEach(row -> sizes.put(row.getLocalDate(0), new long[] {
                        row.getLong("bytes"), row.getLong("steps") == null ? 0 : row.getLong("steps")
                    }));
                    return sizes;
                });
    }

    /** Counts the rows themselves. */
    private Future<CleanupPreview> fromRows(Cleanup cleanup, Candidates candidates, List<CleanupDay> days) {
        Sql sql = new Sql().add("""
                WITH doomed AS (
                  SELECT e.id, e.workflow_id, e.status, %s AS bytes,
                         (to_timestamp(('x0000' || left(e.id::text, 8) || substr(e.id::text, 10, 4))::bit(64)::bigint
                                       / 1000.0) AT TIME ZONE 'UTC')::date AS day
                  FROM execution e
                  WHERE\s""".formatted(CleanupStore.BYTES));
        CleanupScope.addDoomed(sql, cleanup);
        sql.add("""
                )
                SELECT d.workflow_id, d.status, d.day, count(*) AS rows, sum(d.bytes)::bigint AS bytes,
                       sum(s.steps)::bigint AS steps, (array_agg(d.id ORDER BY d.id))[1] AS oldest,
                       (array_agg(d.id ORDER BY d.id DESC))[1] AS newest, w.key
                FROM doomed d
                JOIN workflow w ON w.id = d.workflow_id
                CROSS JOIN LATERAL (SELECT count(*) AS steps FROM step WHERE execution_id = d.id) s
                GROUP BY d.workflow_id, d.status, d.day, w.key
                ORDER BY d.workflow_id, d.status, d.day
                """);
        Sql reasons = new Sql();
        reasons.add("""
                SELECT count(*) AS meant, count(*) FILTER (WHERE e.held) AS held,
                       count(*) FILTER (WHERE NOT e.held AND EXISTS (
                         SELECT FROM cleanup_spared s WHERE s.cleanup_id = %s AND s.execution_id = e.id)) AS children
                FROM execution e
                WHERE\s""".formatted(reasons.argument(cleanup.id())));
        CleanupScope.addMeant(reasons, cleanup);
        return Future.all(
                        database.query("preview-rows", sql.text(), sql.arguments()),
                        database.query("preview-reasons", reasons.text(), reasons.arguments()),
                        sizes(days))
                .map(all -> fromRows(
                        cleanup,
                        all.<RowSet<Row>>resultAt(0),
                        all.<RowSet<Row>>resultAt(1).iterator().next(),
                        candidates.running(),
                        days,
                        all.resultAt(2)));
    }

    private static CleanupPreview fromRows(
            Cleanup cleanup,
            RowSet<Row> rows,
            Row reasons,
            long running,
            List<CleanupDay> days,
            Map<LocalDate, long[]> sizes) {
        StatusCounts byStatus = StatusCounts.NONE;
        Map<UUID, OfWorkflow> workflows = new HashMap<>();
        Instant oldest = null;
        Instant newest = null;
        long steps = 0;
        long bytes = 0;
        Map<LocalDate, long[]> going = new HashMap<>();
        for (Row row : rows) {
            long count = row.getLong("rows");
            byStatus = byStatus.plus(counts(row.getShort("status"), count));
            workflows.merge(
                    row.getUUID("workflow_id"),
                    new OfWorkflow(row.getUUID("workflow_id"), row.getString("key"), count),
                    (one, more) -> new OfWorkflow(one.workflowId(), one.key(), one.executions() + more.executions()));
            Instant first = Ids.timeOf(row.getUUID("oldest"));
            Instant last = Ids.timeOf(row.getUUID("newest"));
            oldest = oldest == null || first.isBefore(oldest) ? first : oldest;
            newest = newest == null || last.isAfter(newest) ? last : newest;
            steps += row.getLong("steps");
            long[] day = going.computeIfAbsent(row.getLocalDate("day"), none -> new long[2]);
            day[0] += count;
            day[1] += row.getLong("bytes");
        }
        int whole = 0;
        for (CleanupDay day : days) {
            long[] sums = going.getOrDefault(day.day(), new long[2]);
            boolean all = day.isBefore(cleanup) && sums[0] >= day.stored();
            whole += all ? 1 : 0;
            bytes += all ? sizes.getOrDefault(day.day(), sums)[0] : sums[1];
        }
        long held = reasons.getLong("held");
        long children = reasons.getLong("children");
        long rest = reasons.getLong("meant") - held - children - byStatus.total();
        boolean byLast = cleanup.criteria().keepLast() != null && cleanup.policyId() == null;
        return new CleanupPreview(
                true,
                true,
                byStatus,
                top(workflows),
                oldest,
                newest,
                steps,
                bytes,
                whole,
                new Spared(running, held, byLast ? 0 : rest, byLast ? rest : 0, children));
    }

    private static List<OfWorkflow> top(Map<UUID, OfWorkflow> workflows) {
        return workflows.values().stream()
                .filter(of -> of.executions() > 0)
                .sorted(Comparator.comparingLong(OfWorkflow::executions)
                        .reversed()
                        .thenComparing(OfWorkflow::key))
                .limit(TOP)
                .toList();
    }

    private static StatusCounts counts(int status, long count) {
        return new StatusCounts(
                0,
                status == ExecutionStatus.SUCCESS.number() ? count : 0,
                status == ExecutionStatus.FAILED.number() ? count : 0,
                status == ExecutionStatus.CANCELLED.number() ? count : 0,
                status == ExecutionStatus.CRASHED.number() ? count : 0);
    }

    /** Sums over rollups. */
    private record Rollups(
            boolean exact,
            Map<Integer, Double> byStatus,
            Map<UUID, Double> byWorkflow,
            double byPolicy,
            double byLast) {

        static Rollups of(RowSet<Row> rows) {
            Map<Integer, Double> byStatus = new HashMap<>();
            Map<UUID, Double> byWorkflow = new HashMap<>();
            boolean exact = true;
            double byPolicy = 0;
            double byLast = 0;
            for (Row row : rows) {
                if (row.getUUID("workflow_id") != null) {
                    byWorkflow.put(row.getUUID("workflow_id"), row.getDouble("going"));
                } else if (row.getValue("status") != null) {
                    byStatus.put((int) row.getShort("status"), row.getDouble("going"));
                } else if (row.getValue("meant") != null) {
                    exact = row.getBoolean("exact");
                    byPolicy = row.getDouble("by_policy");
                    byLast = row.getDouble("by_last");
                }
            }
            return new Rollups(exact, byStatus, byWorkflow, byPolicy, byLast);
        }

        List<UUID> topIds() {
            return byWorkflow.entrySet().stream()
                    .sorted(Map.Entry.<UUID, Double>comparingByValue().reversed())
                    .limit(TOP)
                    .map(Map.Entry::getKey)
                    .toList();
        }

        CleanupPreview toPreview(
                Cleanup cleanup,
                long running,
                List<CleanupDay> days,
                List<Row> stays,
                Map<UUID, String> keys,
                Map<LocalDate, long[]> sizes) {
            Map<Integer, Double> statuses = new HashMap<>(byStatus);
            Map<UUID, Double> workflows = new HashMap<>(byWorkflow);
            Set<LocalDate> staying = new HashSet<>();
            long held = 0;
            for (Row row : stays) {
                statuses.merge((int) row.getShort("status"), -1.0, Double::sum);
                workflows.merge(row.getUUID("workflow_id"), -1.0, Double::sum);
                staying.add(LocalDate.ofInstant(Ids.timeOf(row.getUUID("id")), ZoneOffset.UTC));
                held += row.getBoolean("held") ? 1 : 0;
            }
            StatusCounts counts = StatusCounts.NONE;
            for (Map.Entry<Integer, Double> status : statuses.entrySet()) {
                counts = counts.plus(counts(status.getKey(), Math.max(0, Math.round(status.getValue()))));
            }
            Map<UUID, OfWorkflow> top = new HashMap<>();
            keys.forEach((id, key) ->
                    top.put(id, new OfWorkflow(id, key, Math.max(0, Math.round(workflows.getOrDefault(id, 0.0))))));
            double bytes = 0;
            double steps = 0;
            int whole = 0;
            for (CleanupDay day : days) {
                double share = Math.min(1, (double) day.going() / Math.max(1, day.stored()));
                long[] size = sizes.getOrDefault(day.day(), new long[2]);
                bytes += size[0] * share;
                steps += size[1] * share;
                whole += day.isWhole(cleanup) && !staying.contains(day.day()) ? 1 : 0;
            }
            return new CleanupPreview(
                    exact && stays.size() <= LOOKED_AT_MAX,
                    false,
                    counts,
                    CleanupPreviews.top(top),
                    days.isEmpty() ? null : startOf(days.get(0)),
                    days.isEmpty() ? null : startOf(days.get(days.size() - 1)),
                    Math.round(steps),
                    Math.round(bytes),
                    whole,
                    new Spared(running, held, Math.round(byPolicy), Math.round(byLast), stays.size() - held));
        }

        private static Instant startOf(CleanupDay day) {
            return day.day().atStartOfDay(ZoneOffset.UTC).toInstant();
        }
    }
}
