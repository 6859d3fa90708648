package dev.runlog.storage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import dev.runlog.storage.CleanupRollups.Candidates;
import dev.runlog.storage.CleanupRollups.Grain;
import dev.runlog.storage.CleanupRollups.Statements;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a cleanup would do. The rollups answer, whose number does not grow with executions; the days in whose midst the
 * criteria end are told by their share. Where little is meant, the rows themselves are counted.
 */
final class CleanupPreviews {
    static final int TOP = 10;
    static final int LOOKED_AT_MAX = 1000;

    private final Statements statements;

    CleanupPreviews(Statements statements) {
        this.statements = statements;
    }

    /** The days on which there is something to delete, oldest first. */
    Future<List<CleanupDay>> days(Cleanup cleanup) {
        return CleanupRollups.grain(statements, cleanup)
                .compose(grain -> CleanupRollups.days(statements, cleanup, grain));
    }

    /**
     * What a cleanup whose rules stand would do.
     *
     * @param rowsMax how many rows it may look at; where more are there that old, the rollups answer
     */
    Future<CleanupPreview> of(Cleanup cleanup, int rowsMax) {
        return CleanupRollups.grain(statements, cleanup).compose(grain -> Future.all(
                        CleanupRollups.candidates(statements, cleanup, grain),
                        CleanupRollups.days(statements, cleanup, grain))
                .compose(both -> both.<Candidates>resultAt(0).stored() <= rowsMax
                        ? fromRows(cleanup, both.resultAt(0), both.resultAt(1))
                        : fromRollups(cleanup, grain, both.resultAt(0), both.resultAt(1))));
    }

    private Future<CleanupPreview> fromRollups(
            Cleanup cleanup, Grain grain, Candidates candidates, List<CleanupDay> days) {
        Future<RowSet<Row>> sums = CleanupRollups.sums(statements, cleanup, grain);
        Future<RowSet<Row>> biggest = grain.totals() ? CleanupRollups.sumsOfBiggest(statements, cleanup) : sums;
        Future<List<Row>> stays = stays(cleanup);
        Future<Map<LocalDate, long[]>> sizes = sizes(days);
        return Future.all(sums, biggest, stays, sizes)
                .map(all -> RollupSums.of(sums.result(), biggest.result()))
                .compose(rollups -> names(rollups.topIds())
                        .map(keys -> rollups.toPreview(
                                cleanup, candidates.running(), days, stays.result(), keys, sizes.result())));
    }

    /** Held executions and children of what stays among those that are meant, as far as they are looked at. */
    private Future<List<Row>> stays(Cleanup cleanup) {
        Sql any = new Sql()
                .add(
                        "SELECT EXISTS (SELECT FROM held_execution) OR EXISTS (SELECT FROM cleanup_spared WHERE cleanup_id = ")
                .bind(cleanup.id())
                .add(")");
        return statements
                .run("preview-stays", any)
                .compose(rows ->
                        rows.iterator().next().getBoolean(0) ? findStays(cleanup) : Future.succeededFuture(List.of()));
    }

    private Future<List<Row>> findStays(Cleanup cleanup) {
        Sql sql = new Sql();
        sql.add("""
                SELECT e.workflow_id, e.status, e.id, e.held
                FROM (
                  SELECT execution_id FROM held_execution
                  UNION
                  SELECT execution_id FROM cleanup_spared WHERE cleanup_id =\s""").bind(cleanup.id()).add("""
                ) s
                JOIN execution e ON e.id = s.execution_id
                WHERE\s""");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("\nLIMIT " + (LOOKED_AT_MAX + 1));
        return statements.run("preview-held", sql).map(rows -> ExecutionReads.all(rows, row -> row));
    }

    private Future<Map<UUID, String>> names(List<UUID> workflowIds) {
        Sql sql = new Sql()
                .add("SELECT id, key FROM workflow WHERE id = ANY (")
                .bind(workflowIds.toArray(UUID[]::new))
                .add(") ORDER BY id");
        return statements.run("preview-workflows", sql).map(rows -> {
            Map<UUID, String> keys = new HashMap<>();
            rows.forEach(row -> keys.put(row.getUUID(0), row.getString(1)));
            return keys;
        });
    }

    /** The size and the steps of the days' partitions. */
    private Future<Map<LocalDate, long[]>> sizes(List<CleanupDay> days) {
        Sql sql = new Sql()
                .add("""
                SELECT day, coalesce(pg_total_relation_size(e.oid), 0) + coalesce(pg_total_relation_size(s.oid), 0)
                         AS bytes,
                       CASE WHEN s.reltuples < 0 THEN pg_relation_size(s.oid) / 120 ELSE s.reltuples END::bigint
                         AS steps
                FROM unnest(""")
                .bind(days.stream().map(CleanupDay::day).toArray(LocalDate[]::new))
                .add("""
                ::date[]) AS asked (day)
                LEFT JOIN pg_class e ON e.oid = to_regclass('execution_' || to_char(day, 'YYYYMMDD'))
                LEFT JOIN pg_class s ON s.oid = to_regclass('step_' || to_char(day, 'YYYYMMDD'))
                ORDER BY day
                """);
        return statements.run("preview-sizes", sql).map(rows -> {
            Map<LocalDate, long[]> sizes = new HashMap<>();
            rows.forEach(row -> sizes.put(
                    row.getLocalDate(0),
                    new long[] {row.getLong("bytes"), row.getLong("steps") == null ? 0 : row.getLong("steps")}));
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
        return Future.all(statements.run("preview-rows", sql), statements.run("preview-reasons", reasons), sizes(days))
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

    static List<OfWorkflow> top(Map<UUID, OfWorkflow> workflows) {
        return workflows.values().stream()
                .filter(of -> of.executions() > 0)
                .sorted(Comparator.comparingLong(OfWorkflow::executions)
                        .reversed()
                        .thenComparing(OfWorkflow::key))
                .limit(TOP)
                .toList();
    }

    static StatusCounts counts(int status, long count) {
        return new StatusCounts(
                0,
                status == ExecutionStatus.SUCCESS.number() ? count : 0,
                status == ExecutionStatus.FAILED.number() ? count : 0,
                status == ExecutionStatus.CANCELLED.number() ? count : 0,
                status == ExecutionStatus.CRASHED.number() ? count : 0);
    }
}
