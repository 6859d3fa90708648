package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.storage.cleanup.CleanupRules.Rule;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import dev.runlog.storage.rollup.RollupColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rollups tell of a cleanup: how much of each day, status and, where that matters, workflow it is for. What is
 * asked of everybody alike reads the totals of days, a few rows each; all else a row for each workflow and day.
 */
final class CleanupRollups {
    /** Statements on a connection. */
    interface Statements {
        Future<RowSet<Row>> run(String operation, Sql sql);
    }

    /**
     * What has to be told apart.
     *
     * @param newest whether the rank within a workflow may matter, which takes a look at all of its days
     * @param totals whether the totals of days will do
     */
    record Grain(boolean newest, boolean totals) {
        static Grain of(Cleanup cleanup, List<Rule> rules) {
            boolean newest =
                    cleanup.criteria().keepLast() != null || rules.stream().anyMatch(rule -> rule.keepLast() != null);
            return new Grain(
                    newest, !newest && isOfAll(cleanup) && rules.stream().noneMatch(Rule::targeted));
        }
    }

    /** Of all statuses, running ones too. */
    private static final String PRESENT = RollupColumns.present(Set.of());

    private CleanupRollups() {}

    static boolean isOfAll(Cleanup cleanup) {
        return cleanup.criteria().owner() == null && cleanup.criteria().workflowId() == null;
    }

    /** The days on which there is something to delete, oldest first. */
    static Future<List<CleanupDay>> days(Statements statements, Cleanup cleanup, List<Rule> rules) {
        return days(statements, cleanup, rules, Grain.of(cleanup, rules), null);
    }

    /** The same of some days alone, where no rank within a workflow matters. */
    static Future<List<CleanupDay>> days(
            Statements statements, Cleanup cleanup, List<Rule> rules, Grain grain, LocalDate @Nullable [] of) {
        LocalDate[] alone = grain.newest() ? null : of;
        if (grain.totals()) {
            return DayTotals.read(statements, dayAfter(cleanup), alone)
                    .map(totals ->
                            RollupSums.of(AgeBounds.of(cleanup, rules), totals).days());
        }
        Sql sql = new Sql();
        addShares(sql, cleanup, grain.newest(), alone);
        sql.add("SELECT g.day, ceil(sum(g.going_rows))::bigint AS going, min(t.stored)::bigint AS stored,\n"
                        + "       bool_and(g.all_go) AND sum(g.rows) = min(t.stored) AS all_go\n"
                        + "FROM going g\nJOIN (\n  SELECT d.day, sum(" + PRESENT
                        + ") AS stored\n  FROM execution_total d\n  WHERE d.day < ")
                .bind(dayAfter(cleanup));
        if (alone != null) {
            sql.add(" AND d.day = ANY (").bind(alone).add(")");
        }
        sql.add("""

                  GROUP BY d.day) t ON t.day = g.day
                GROUP BY g.day
                HAVING sum(g.%s) > 0
                ORDER BY g.day
                """.formatted(lookedAt(grain)));
        return statements.run("cleanup-days", sql).map(CleanupRollups::toDays);
    }

    /**
     * What tells whether a day is to be looked at. Where the newest are kept, only the rows know which these are: what is
     * newest of some statuses, under one policy beside another, no rollup can say.
     */
    private static String lookedAt(Grain grain) {
        return grain.newest() ? "meant_rows" : "going_rows";
    }

    private static List<CleanupDay> toDays(RowSet<Row> rows) {
        return Rows.toList(
                rows,
                row -> new CleanupDay(
                        row.getLocalDate("day"),
                        row.getLong("stored"),
                        row.getLong("going"),
                        row.getBoolean("all_go")));
    }

    /** What there is of the target that old, about: all, and those that run. */
    record Candidates(long stored, long running) {
        /** Of everybody. */
        static Candidates of(Cleanup cleanup, List<DayTotals> totals) {
            long stored = 0;
            double running = 0;
            for (DayTotals day : totals) {
                stored += day.stored().total();
                running += day.stored().running()
                        * AgeBounds.share(day.day(), cleanup.criteria().before());
            }
            return of(cleanup, stored, running);
        }

        /** Who names statuses does not mean what runs, so that it is not spared either. */
        static Candidates of(Cleanup cleanup, long stored, double running) {
            boolean meansRunning = cleanup.criteria().statuses().isEmpty();
            return new Candidates(stored, meansRunning ? (long) Math.ceil(running) : 0);
        }
    }

    /** Of an owner or a workflow. */
    static Future<Candidates> candidates(Statements statements, Cleanup cleanup) {
        Sql sql = new Sql();
        sql.add("SELECT coalesce(sum(" + PRESENT + "), 0)::bigint,\n       coalesce(sum(d.running * "
                        + share(before(sql, cleanup))
                        + "), 0)::float8\n"
                        + "FROM (SELECT d.*, d.day::timestamp AT TIME ZONE 'UTC' AS starts FROM execution_rollup d) d\n"
                        + "WHERE d.day < ")
                .bind(dayAfter(cleanup));
        CleanupScope.addTarget(sql, cleanup.criteria(), "d");
        return statements.run("preview-candidates", sql).map(rows -> {
            Row sums = rows.iterator().next();
            return Candidates.of(cleanup, sums.getLong(0), sums.getDouble(1));
        });
    }

    /**
     * What goes of the workflows that were biggest lately, the most first: where age and status alone decide, that takes
     * no look at all workflows.
     */
    static Future<List<OfWorkflow>> biggest(Statements statements, Cleanup cleanup, AgeBounds bounds) {
        Sql sql = new Sql();
        String going = bounds.statuses().entrySet().stream()
                .map(group -> "(" + RollupColumns.present(group.getValue()) + ") * least(greatest("
                        + sql.argument(AgeBounds.days(group.getKey()))
                        + "::float8 - (d.day - date '1970-01-01'), 0), 1)")
                .collect(Collectors.joining("\n             + "));
        // OFFSET 0 has the rollups of each looked up; the planner would rather read those of all.
        sql.add("""
                SELECT b.workflow_id, w.key, b.going
                FROM (
                  SELECT c.workflow_id, sum(%s) AS going
                  FROM biggest_candidate c
                  CROSS JOIN LATERAL (
                    SELECT d.*
                    FROM execution_daily d
                    WHERE d.owner_id = c.owner_id AND d.workflow_id = c.workflow_id AND d.day < %s
                      AND d.day <> ALL (ARRAY(SELECT day FROM dropped_day))
                    OFFSET 0) d
                  GROUP BY c.workflow_id
                  ORDER BY going DESC, c.workflow_id
                  LIMIT %d) b
                JOIN workflow w ON w.id = b.workflow_id
                """.formatted(going, sql.argument(dayAfter(cleanup)), CleanupPreviews.TOP));
        return statements.run("preview-biggest", sql).map(rows -> Rows.toList(rows, CleanupRollups::toWorkflow));
    }

    static OfWorkflow toWorkflow(Row row) {
        return new OfWorkflow(row.getUUID("workflow_id"), row.getString("key"), Math.round(row.getDouble("going")));
    }

    /**
     * What goes and what policies keep: in all, by status, and by day beside what is there of it; and what goes of the
     * workflows of which most goes, with their keys.
     */
    static Future<RollupSums> sums(Statements statements, Cleanup cleanup, Grain grain) {
        Sql sql = new Sql();
        addShares(sql, cleanup, grain.newest(), null);
        sql.add("""

                SELECT s.day, s.status, NULL::uuid AS workflow_id, NULL AS key, s.going, s.by_policy, s.by_last, s.exact,
                       t.stored, s.all_go AND s.rows = t.stored AS all_go, s.looked_at
                FROM (
                  SELECT day, status, sum(going_rows) AS going, sum(%s) > 0 AS looked_at, sum(policy_rows) AS by_policy,
                         sum(last_rows) AS by_last, bool_and(exact) AS exact, bool_and(all_go) AS all_go,
                         sum(rows) AS rows
                  FROM going
                  GROUP BY GROUPING SETS ((day), (status), ())) s
                LEFT JOIN (SELECT d.day, %s AS stored FROM execution_total d) t ON t.day = s.day
                UNION ALL
                SELECT NULL, NULL, b.workflow_id, w.key, b.going, NULL, NULL, NULL, NULL, NULL, NULL
                FROM (
                  SELECT workflow_id, sum(going_rows) AS going
                  FROM going
                  GROUP BY workflow_id
                  ORDER BY going DESC, workflow_id
                  LIMIT %d) b
                JOIN workflow w ON w.id = b.workflow_id
                ORDER BY day, status, workflow_id
                """.formatted(lookedAt(grain), PRESENT, CleanupPreviews.TOP));
        return statements.run("preview-rollups", sql).map(RollupSums::of);
    }

    /**
     * Appends what is meant, a row for each workflow, day and status, with the share of it that is older
     * than the bound and that goes in the end. Shares are cut from a day's newer end.
     */
    private static void addShares(Sql sql, Cleanup cleanup, boolean countsNewest, LocalDate @Nullable [] of) {
        String id = sql.argument(cleanup.id());
        String before = before(sql, cleanup);
        // The number of the criteria is of all that is meant, a policy's of what the policy decides about.
        String ranked = cleanup.criteria().keepLast() == null ? "workflow_id, policy_id" : "workflow_id";
        sql.add("""
                WITH present AS (
                  SELECT d.owner_id, d.workflow_id, d.day, s.status, s.rows, r.policy_id, r.keep_since,
                         coalesce(%s::integer, r.keep_last) AS keep_last,
                         d.day::timestamp AT TIME ZONE 'UTC' AS starts
                  FROM execution_rollup d
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
                         least(old, beyond) IN (0, 1)%s AS exact, least(old, beyond) = 1 AS all_go
                  FROM shares
                  WHERE meant > 0)
                """.formatted(
                countsNewest
                        ? "sum(rows) OVER (PARTITION BY %1$s, day) AS day_rows, ".formatted(ranked)
                                + "sum(rows) OVER (PARTITION BY %1$s ORDER BY day DESC) AS upto".formatted(ranked)
                        : "rows AS day_rows, rows AS upto",
                share(before),
                share(before),
                share("keep_since"),
                countsNewest ? " AND NOT EXISTS (SELECT FROM cleanup_rule WHERE cleanup_id = " + id + ")" : ""));
    }

    private static String before(Sql sql, Cleanup cleanup) {
        return sql.argument(cleanup.criteria().before().atOffset(ZoneOffset.UTC)) + "::timestamptz";
    }

    private static String share(String moment) {
        return "least(greatest(extract(epoch FROM " + moment + " - starts)::float8 / 86400, 0), 1)";
    }

    static LocalDate dayAfter(Cleanup cleanup) {
        return LocalDate.ofInstant(cleanup.criteria().before().minusNanos(1), ZoneOffset.UTC)
                .plusDays(1);
    }
}
