package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import dev.runlog.storage.cleanup.CleanupRollups.Candidates;
import dev.runlog.storage.cleanup.CleanupRollups.Grain;
import dev.runlog.storage.cleanup.CleanupRollups.Statements;
import dev.runlog.storage.cleanup.CleanupRules.Frozen;
import dev.runlog.storage.cleanup.CleanupRules.Rule;
import dev.runlog.storage.cleanup.DayTotals.Size;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
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

    private final SqlConnection connection;
    private final Statements statements;

    CleanupPreviews(SqlConnection connection) {
        this.connection = connection;
        this.statements = CleanupStore.on(connection);
    }

    /**
     * What was found.
     *
     * @param days on which, oldest first
     */
    record Found(CleanupPreview preview, List<CleanupDay> days) {}

    /** The days on which a prepared cleanup has something to delete, oldest first. */
    Future<List<CleanupDay>> days(Cleanup cleanup) {
        return CleanupRules.rules(connection, cleanup)
                .compose(rules -> CleanupRollups.days(statements, cleanup, rules));
    }

    /**
     * What a cleanup would do.
     *
     * @param frozen what it is to heed, which was sent before
     * @param rowsMax how many rows it may look at; where more are there that old, the rollups answer
     */
    Future<Found> find(Cleanup cleanup, Future<Frozen> frozen, int rowsMax) {
        // What is likely to be needed goes along: to wait for the answer before takes as long as to ask in vain.
        boolean ofAll = CleanupRollups.isOfAll(cleanup);
        AgeBounds likely = AgeBounds.of(cleanup, List.of());
        Future<List<DayTotals>> totals = DayTotals.read(statements, CleanupRollups.dayAfter(cleanup), null);
        Future<Candidates> candidates = ofAll
                ? totals.map(read -> Candidates.of(cleanup, read))
                : CleanupRollups.candidates(statements, cleanup);
        Future<List<OfWorkflow>> biggest =
                ofAll ? CleanupRollups.biggest(statements, cleanup, likely) : Future.succeededFuture(List.of());
        return CleanupSession.inTurn(List.of(frozen, totals, candidates, biggest))
                .compose(answered -> {
                    Frozen heeded = frozen.result();
                    if (candidates.result().stored() <= rowsMax) {
                        return fromRows(cleanup, heeded);
                    }
                    Future<Map<LocalDate, Size>> sizes = DayTotals.sizes(statements, totals.result());
                    Future<RollupSums> sums = sums(cleanup, heeded.rules(), totals.result(), likely, biggest);
                    Future<List<Row>> stays = heeded.stays() ? findStays(cleanup) : Future.succeededFuture(List.of());
                    return CleanupSession.inTurn(List.of(sizes, sums, stays))
                            .map(done -> new Found(
                                    sums.result()
                                            .toPreview(
                                                    cleanup,
                                                    candidates.result().running(),
                                                    stays.result(),
                                                    sizes.result()),
                                    sums.result().days()));
                });
    }

    /**
     * What goes and what policies keep.
     *
     * @param likely the bounds of which the biggest were asked for
     */
    private Future<RollupSums> sums(
            Cleanup cleanup,
            List<Rule> rules,
            List<DayTotals> totals,
            AgeBounds likely,
            Future<List<OfWorkflow>> biggest) {
        Grain grain = Grain.of(cleanup, rules);
        if (!grain.totals()) {
            return CleanupRollups.sums(statements, cleanup, grain);
        }
        AgeBounds bounds = AgeBounds.of(cleanup, rules);
        Future<List<OfWorkflow>> workflows =
                bounds.equals(likely) ? biggest : CleanupRollups.biggest(statements, cleanup, bounds);
        return workflows.map(RollupSums.of(bounds, totals)::withBiggest);
    }

    /** Held executions and children of what stays among those that are meant, as far as they are looked at. */
    private Future<List<Row>> findStays(Cleanup cleanup) {
        Sql sql = new Sql();
        sql.add("SELECT e.workflow_id, e.status, e.id, e.held, (" + CleanupScope.unkept(sql, cleanup) + ") AS unkept")
                .add("""

                        FROM (
                          SELECT execution_id FROM held_execution
                          UNION
                          SELECT execution_id FROM cleanup_spared WHERE cleanup_id =\s""")
                .bind(cleanup.id())
                .add("""
                        ) s
                        JOIN execution e ON e.id = s.execution_id
                        WHERE\s""");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("\nLIMIT " + (LOOKED_AT_MAX + 1));
        return statements.run("preview-held", sql).map(rows -> Rows.toList(rows, row -> row));
    }

    /** The bytes of the days' partitions, exactly. */
    private Future<Map<LocalDate, Long>> files(List<LocalDate> days) {
        Sql sql = new Sql().add("""
                SELECT day, coalesce(pg_total_relation_size(to_regclass('execution_' || to_char(day, 'YYYYMMDD'))), 0)
                         + coalesce(pg_total_relation_size(to_regclass('step_' || to_char(day, 'YYYYMMDD'))), 0)
                FROM unnest(""").bind(days.toArray(LocalDate[]::new)).add("::date[]) AS asked (day)\nORDER BY day");
        return statements.run("preview-files", sql).map(rows -> {
            Map<LocalDate, Long> files = new HashMap<>();
            rows.forEach(row -> files.put(row.getLocalDate(0), row.getLong(1)));
            return files;
        });
    }

    /** Counts the rows themselves. */
    private Future<Found> fromRows(Cleanup cleanup, Frozen frozen) {
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
                SELECT d.workflow_id, d.status, d.day, count(*) AS rows, sum(d.bytes + s.bytes)::bigint AS bytes,
                       sum(s.steps)::bigint AS steps, (array_agg(d.id ORDER BY d.id))[1] AS oldest,
                       (array_agg(d.id ORDER BY d.id DESC))[1] AS newest, w.key
                FROM doomed d
                JOIN workflow w ON w.id = d.workflow_id
                CROSS JOIN LATERAL (
                  SELECT count(*) AS steps, coalesce(sum(%s), 0) AS bytes
                  FROM step s
                  WHERE s.execution_id = d.id) s
                GROUP BY d.workflow_id, d.status, d.day, w.key
                ORDER BY d.workflow_id, d.status, d.day
                """.formatted(CleanupStore.STEP_BYTES));
        Sql reasons = new Sql();
        reasons.add("""
                SELECT count(*) AS meant, count(*) FILTER (WHERE e.held) AS held, %s AS running,
                       count(*) FILTER (WHERE NOT e.held AND %s AND EXISTS (
                         SELECT FROM cleanup_spared s WHERE s.cleanup_id = %s AND s.execution_id = e.id)) AS children
                FROM execution e
                WHERE\s""".formatted(
                        CleanupScope.running(reasons, cleanup),
                        CleanupScope.unkept(reasons, cleanup),
                        reasons.argument(cleanup.id())));
        CleanupScope.addMeant(reasons, cleanup);
        Future<RowSet<Row>> counted = statements.run("preview-rows", sql);
        Future<RowSet<Row>> spared = statements.run("preview-reasons", reasons);
        Future<List<CleanupDay>> days = CleanupRollups.days(statements, cleanup, frozen.rules());
        return CleanupSession.inTurn(List.of(counted, spared, days))
                .compose(done ->
                        files(days.result().stream().map(CleanupDay::day).toList()))
                .map(files -> new Found(
                        fromRows(
                                cleanup,
                                counted.result(),
                                spared.result().iterator().next(),
                                days.result(),
                                files),
                        days.result()));
    }

    private static CleanupPreview fromRows(
            Cleanup cleanup, RowSet<Row> rows, Row reasons, List<CleanupDay> days, Map<LocalDate, Long> files) {
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
            bytes += all ? files.getOrDefault(day.day(), sums[1]) : sums[1];
        }
        long held = reasons.getLong("held");
        long children = reasons.getLong("children");
        long rest = reasons.getLong("meant") - held - children - byStatus.total();
        boolean byLast = cleanup.criteria().keepLast() != null && cleanup.policyId() == null;
        return new CleanupPreview(
                true,
                true,
                byStatus,
                top(workflows.values()),
                oldest,
                newest,
                steps,
                bytes,
                whole,
                new Spared(reasons.getLong("running"), held, byLast ? 0 : rest, byLast ? rest : 0, children));
    }

    static List<OfWorkflow> top(Collection<OfWorkflow> workflows) {
        return workflows.stream()
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
