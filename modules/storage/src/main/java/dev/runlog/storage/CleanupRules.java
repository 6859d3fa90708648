package dev.runlog.storage;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.CleanupRollups.Grain;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What a cleanup has to heed, as rows that stand while it is open: policies, the newest of workflows, what is below. */
final class CleanupRules {
    static final String FORGET = """
            WITH rules AS (DELETE FROM cleanup_rule WHERE cleanup_id = $1),
            keeps AS (DELETE FROM cleanup_keep WHERE cleanup_id = $1)
            DELETE FROM cleanup_spared
            WHERE cleanup_id = $1
            """;

    private static final String DELETE_SPARED = "DELETE FROM cleanup_spared WHERE cleanup_id = $1";

    /**
     * The policies by how specific they are. A policy's own cleanup leaves to the more specific ones what is theirs,
     * whatever they say, and heeds no other.
     */
    private static final String ADD_RULES = """
            WITH ranked AS (
              SELECT p.*, row_number() OVER (
                ORDER BY (p.workflow_id IS NULL), (p.owner_id IS NULL), (p.statuses = '{}'), cardinality(p.statuses),
                         p.id) AS rank
              FROM retention_policy p)
            INSERT INTO cleanup_rule (cleanup_id, rank, policy_id, workflow_id, owner_id, statuses, keep_since,
                                      keep_from, keep_last)
            SELECT c.id, p.rank, p.id, p.workflow_id, p.owner_id, p.statuses,
                   CASE WHEN c.policy_id IS NULL THEN c.created_at - p.keep_for ELSE 'epoch' END,
                   CASE WHEN c.policy_id IS NULL THEN uuid_v7_floor(c.created_at - p.keep_for)
                        ELSE '00000000-0000-0000-0000-000000000000' END,
                   CASE WHEN c.policy_id IS NULL THEN p.keep_last END
            FROM cleanup c
            CROSS JOIN ranked p
            WHERE c.id = $1 AND NOT c.ignore_policies
              AND (c.policy_id IS NULL OR p.rank < (SELECT own.rank FROM ranked own WHERE own.id = c.policy_id))
            """;

    /** Of each workflow that has something that old, the oldest of the newest N; all of it where there are fewer. */
    private static final String ADD_KEEPS = """
            INSERT INTO cleanup_keep (cleanup_id, policy_id, workflow_id, keep_from)
            SELECT n.cleanup_id, n.policy_id, w.workflow_id,
                   coalesce(oldest.id, '00000000-0000-0000-0000-000000000000')
            FROM (
              SELECT c.id AS cleanup_id, '00000000-0000-0000-0000-000000000000'::uuid AS policy_id, c.workflow_id,
                     c.owner_id, c.statuses, c.keep_last
              FROM cleanup c
              WHERE c.id = $1 AND c.keep_last IS NOT NULL
              UNION ALL
              SELECT r.cleanup_id, r.policy_id, r.workflow_id, r.owner_id, r.statuses, r.keep_last
              FROM cleanup_rule r
              WHERE r.cleanup_id = $1 AND r.keep_last IS NOT NULL) n
            CROSS JOIN LATERAL (
              SELECT DISTINCT d.workflow_id
              FROM execution_rollup d
              WHERE d.day <= $2 AND (n.workflow_id IS NULL OR d.workflow_id = n.workflow_id)
                AND (n.owner_id IS NULL OR d.owner_id = n.owner_id)
                AND d.success + d.failed + d.cancelled + d.crashed
                  > d.success_deleted + d.failed_deleted + d.cancelled_deleted + d.crashed_deleted) w
            LEFT JOIN LATERAL (
              SELECT e.id
              FROM execution e
              WHERE e.workflow_id = w.workflow_id AND e.status <> 1
                AND (n.statuses = '{}' OR e.status = ANY (n.statuses))
              ORDER BY e.id DESC
              OFFSET n.keep_last - 1
              LIMIT 1) oldest ON true
            """;

    /** Whether something may stay that others are below; to look for it plans a scan of every partition. */
    private static final String HAS_ROOTS = """
            SELECT EXISTS (SELECT FROM execution_total WHERE day <= $2 AND running > 0)
              OR EXISTS (SELECT FROM held_execution)
              OR EXISTS (SELECT FROM cleanup_keep WHERE cleanup_id = $1)
            """;

    /** From what stays down to its children; the totals know on which days something runs, the rollups of what. */
    private static final String ADD_SPARED = """
            INSERT INTO cleanup_spared (cleanup_id, execution_id)
            WITH RECURSIVE stays AS (
              SELECT e.id
              FROM execution_daily d
              JOIN execution e ON e.workflow_id = d.workflow_id AND e.status = 1
                AND e.id >= uuid_v7_floor(d.day::timestamp AT TIME ZONE 'UTC')
                AND e.id < uuid_v7_floor((d.day + 1)::timestamp AT TIME ZONE 'UTC')
              WHERE d.running > 0 AND d.day = ANY (ARRAY(
                SELECT t.day FROM execution_total t WHERE t.day <= $2 AND t.running > 0))
              UNION
              SELECT execution_id
              FROM held_execution
              UNION
              SELECT e.id
              FROM cleanup_keep k
              JOIN execution e ON e.workflow_id = k.workflow_id AND e.id >= k.keep_from
              WHERE k.cleanup_id = $1 AND e.id < $3),
            below AS (
              SELECT id, id AS root FROM stays
              UNION
              SELECT e.id, NULL
              FROM below
              JOIN execution e ON e.parent_id = below.id)
            SELECT DISTINCT $1::uuid, id FROM below WHERE root IS NULL
            """;

    private CleanupRules() {}

    /** Writes down what is so now, in place of what was before. */
    static Future<Void> freeze(SqlConnection connection, Cleanup cleanup) {
        Tuple id = Tuple.of(cleanup.id());
        // Sent behind each other: where the first fails the others do.
        Future<?> forgotten = connection.preparedQuery(FORGET).execute(id);
        Future<?> ruled = connection.preparedQuery(ADD_RULES).execute(id);
        Future<Grain> grain = CleanupRollups.grain(CleanupStore.on(connection), cleanup);
        return Future.join(forgotten, ruled, grain)
                .compose(done -> grain.result().newest()
                        ? connection.preparedQuery(ADD_KEEPS).execute(Tuple.of(cleanup.id(), lastDay(cleanup)))
                        : Future.succeededFuture())
                .compose(done -> addSpared(connection, cleanup));
    }

    /** Finds anew what stays because something above it does. */
    static Future<Void> refreshSpared(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery(DELETE_SPARED)
                .execute(Tuple.of(cleanup.id()))
                .compose(done -> addSpared(connection, cleanup));
    }

    private static Future<Void> addSpared(SqlConnection connection, Cleanup cleanup) {
        LocalDate last = lastDay(cleanup);
        return connection
                .preparedQuery(HAS_ROOTS)
                .execute(Tuple.of(cleanup.id(), last))
                .compose(rows -> rows.iterator().next().getBoolean(0)
                        ? connection
                                .preparedQuery(ADD_SPARED)
                                .execute(Tuple.of(
                                        cleanup.id(),
                                        last,
                                        Ids.lowerBound(cleanup.criteria().before())))
                        : Future.succeededFuture())
                .mapEmpty();
    }

    private static LocalDate lastDay(Cleanup cleanup) {
        return LocalDate.ofInstant(cleanup.criteria().before(), ZoneOffset.UTC);
    }
}
