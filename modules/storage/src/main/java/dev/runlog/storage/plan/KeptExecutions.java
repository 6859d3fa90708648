package dev.runlog.storage.plan;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.sql.Rows;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * Stores what a cleanup spares when it begins. Later changes of policies do not affect it. Policies are copied to
 * {@code cleanup_rule}. The oldest of the newest N of each workflow is in {@code cleanup_keep}. Descendants of kept
 * executions are in {@code cleanup_spared}; {@link #spareChildren} adds those of executions that are held later.
 */
public final class KeptExecutions {
    /** Deletes these rows of cleanups that have ended. */
    public static final String FORGET = """
            WITH open AS (SELECT id FROM cleanup WHERE state IN (1, 2)),
            policies AS (DELETE FROM cleanup_rule WHERE cleanup_id NOT IN (SELECT id FROM open)),
            newest AS (DELETE FROM cleanup_keep WHERE cleanup_id NOT IN (SELECT id FROM open))
            DELETE FROM cleanup_spared WHERE cleanup_id NOT IN (SELECT id FROM open)
            """;

    /**
     * Copies the policies, the most specific first. A policy's own cleanup keeps everything to which a more specific
     * policy applies, and ignores the other policies. Also returns whether a search for children is needed, because
     * each search takes about 20 ms to plan for all partitions. An empty index of parents has one page.
     */
    private static final String ADD_POLICIES = """
            WITH ranked AS (
              SELECT p.*, row_number() OVER (
                ORDER BY (p.workflow_id IS NULL), (p.owner_id IS NULL), (p.statuses = '{}'),
                         cardinality(p.statuses), p.id) AS rank
              FROM retention_policy p),
            added AS (
              INSERT INTO cleanup_rule (cleanup_id, rank, policy_id, workflow_id, owner_id, statuses, keep_since,
                                        keep_from, keep_last)
              SELECT $1, p.rank, p.id, p.workflow_id, p.owner_id, p.statuses, s.keep_since,
                     uuid_v7_floor(s.keep_since), p.keep_last
              FROM ranked p
              CROSS JOIN LATERAL (
                SELECT CASE WHEN $2::uuid IS NULL THEN $3::timestamptz - p.keep_for ELSE 'epoch' END AS keep_since) s
              WHERE NOT $4
                AND p.rank < coalesce((SELECT own.rank FROM ranked own WHERE own.id = $2::uuid), p.rank + 1)
              RETURNING *)
            SELECT EXISTS (SELECT FROM added WHERE keep_last IS NOT NULL) AS keeps_newest,
                   EXISTS (SELECT FROM added WHERE keep_since IS NOT NULL) AND (
                     (SELECT count(*) FROM added) > 1
                     OR EXISTS (SELECT FROM added
                                WHERE workflow_id IS NOT NULL OR owner_id IS NOT NULL OR statuses <> '{}'))
                     AS keeps_some,
                   EXISTS (SELECT FROM held_execution)
                     OR EXISTS (SELECT FROM execution_total WHERE queued + running > 0 AND day < $5) AS has_open_or_held,
                   EXISTS (
                     SELECT FROM pg_inherits i
                     WHERE i.inhparent = 'execution_parent'::regclass
                       AND pg_relation_size(i.inhrelid) > current_setting('block_size')::bigint) AS has_children
            """;

    /**
     * Adds the oldest of the newest N of each workflow that has executions before the bound, or the nil ID if it has
     * fewer than N. Finds its day in the rollups, because a search through the days of a workflow takes milliseconds.
     */
    private static final String ADD_NEWEST = """
            INSERT INTO cleanup_keep (cleanup_id, policy_id, workflow_id, keep_from)
            WITH number AS MATERIALIZED (
              SELECT '00000000-0000-0000-0000-000000000000'::uuid AS policy_id, $3::uuid AS workflow_id,
                     (SELECT id FROM owner WHERE subject = $4::text) AS owner_id, $5::smallint[] AS statuses,
                     $6::integer AS keep_last
              WHERE $6::integer IS NOT NULL
              UNION ALL
              SELECT r.policy_id, r.workflow_id, r.owner_id,
                     CASE r.statuses WHEN '{}' THEN '{2, 3, 4, 5}' ELSE r.statuses END, r.keep_last
              FROM cleanup_rule r
              WHERE r.cleanup_id = $1 AND r.keep_last IS NOT NULL),
            target AS (
              SELECT n.*, w.id AS of_workflow, w.owner_id AS of_owner
              FROM number n
              JOIN workflow w ON w.id = n.workflow_id AND w.owner_id = coalesce(n.owner_id, w.owner_id)
              UNION ALL
              SELECT n.*, w.id, w.owner_id
              FROM number n
              JOIN workflow w ON w.owner_id = n.owner_id
              WHERE n.workflow_id IS NULL
              UNION ALL
              SELECT n.*, w.id, w.owner_id
              FROM number n
              CROSS JOIN workflow w
              WHERE n.workflow_id IS NULL AND n.owner_id IS NULL),
            stored AS (
              SELECT n.*, d.day, s.rows,
                     min(d.day) OVER (PARTITION BY n.policy_id, n.of_workflow) AS first_day,
                     sum(s.rows) OVER (PARTITION BY n.policy_id, n.of_workflow ORDER BY d.day DESC) AS upto
              FROM target n
              JOIN execution_rollup d ON d.owner_id = n.of_owner AND d.workflow_id = n.of_workflow
              CROSS JOIN LATERAL (
                SELECT (2 = ANY (n.statuses))::integer * (d.success - d.success_deleted)
                       + (3 = ANY (n.statuses))::integer * (d.failed - d.failed_deleted)
                       + (4 = ANY (n.statuses))::integer * (d.cancelled - d.cancelled_deleted)
                       + (5 = ANY (n.statuses))::integer * (d.crashed - d.crashed_deleted) AS rows) s
              WHERE s.rows > 0),
            last_day AS (
              SELECT DISTINCT ON (policy_id, of_workflow) *
              FROM stored
              WHERE upto - rows < keep_last AND first_day < $2
              ORDER BY policy_id, of_workflow, day)
            SELECT $1, l.policy_id, l.of_workflow, coalesce(oldest.id, '00000000-0000-0000-0000-000000000000')
            FROM last_day l
            LEFT JOIN LATERAL (
              SELECT e.id
              FROM execution e
              WHERE e.workflow_id = l.of_workflow AND e.status = ANY (l.statuses)
                AND e.id >= first_id(l.day) AND e.id < first_id(l.day + 1)
              ORDER BY e.id DESC
              OFFSET l.keep_last - (l.upto - l.rows) - 1
              LIMIT 1) oldest ON l.upto >= l.keep_last
            """;

    /**
     * Adds descendants, of the same owner, of executions that are queued, running, held or among the newest N. Finds the days
     * with queued or running executions in the totals, and their workflows in the rollups. OFFSET 0 forces a lookup by ID for
     * each held execution.
     */
    private static final String ADD_CHILDREN = """
            INSERT INTO cleanup_spared (cleanup_id, execution_id)
            WITH RECURSIVE stays AS (
              SELECT e.id, e.owner_id
              FROM execution_daily d
              JOIN execution e ON e.workflow_id = d.workflow_id AND e.status <= 1
                AND e.id >= first_id(d.day) AND e.id < first_id(d.day + 1)
              WHERE d.queued + d.running > 0 AND d.day = ANY (ARRAY(
                SELECT t.day FROM execution_total t WHERE t.day < $2 AND t.queued + t.running > 0))
              UNION
              SELECT h.execution_id, e.owner_id
              FROM held_execution h
              CROSS JOIN LATERAL (SELECT e.owner_id FROM execution e WHERE e.id = h.execution_id OFFSET 0) e
              UNION
              SELECT e.id, e.owner_id
              FROM cleanup_keep k
              JOIN execution e ON e.workflow_id = k.workflow_id AND e.id >= k.keep_from
              WHERE k.cleanup_id = $1 AND e.id < $3),
            """ + below("SELECT id, owner_id, id AS root FROM stays") + """
            SELECT DISTINCT $1::uuid, id FROM below WHERE root IS NULL
            ON CONFLICT DO NOTHING
            """;

    /**
     * Adds descendants of executions that policies keep for a time. Searches from child to parent, because there may be
     * far more kept executions than children. OFFSET 0 forces a lookup by ID for each parent.
     */
    private static final String ADD_CHILDREN_OF_KEPT =
            """
            INSERT INTO cleanup_spared (cleanup_id, execution_id)
            WITH RECURSIVE
            """ + below("""
            SELECT e.id, e.owner_id, NULL::uuid AS root
              FROM execution e
              CROSS JOIN LATERAL (
                SELECT p.id, p.workflow_id, p.owner_id, p.status FROM execution p WHERE p.id = e.parent_id OFFSET 0) p
              WHERE e.parent_id IS NOT NULL AND e.id < $2 AND p.owner_id = e.owner_id
                AND EXISTS (SELECT FROM (%s) r WHERE p.id >= r.keep_from)
            """.formatted(CleanupCondition.decidingPolicy("p", "$1"))) + """
            SELECT DISTINCT $1::uuid, id FROM below
            ON CONFLICT DO NOTHING
            """;

    private static final String ADD_CHILDREN_OF_HELD =
            """
            INSERT INTO cleanup_spared (cleanup_id, execution_id)
            WITH RECURSIVE
            """ + below("SELECT $2::uuid AS id, $3::integer AS owner_id, $2::uuid AS root") + """
            SELECT c.id, below.id FROM below CROSS JOIN unnest($1::uuid[]) AS c (id) WHERE root IS NULL
            ON CONFLICT DO NOTHING
            """;

    /** Waits for cleanups that are beginning or deleting: they lock their rows, too. */
    private static final String LOCK_OPEN = "SELECT id, state FROM cleanup WHERE state IN (1, 2) ORDER BY id FOR SHARE";

    private KeptExecutions() {}

    private static String below(String roots) {
        return """
                below AS (
                  %s
                  UNION
                  SELECT e.id, e.owner_id, NULL
                  FROM below
                  JOIN execution e ON e.parent_id = below.id AND e.owner_id = below.owner_id)
                """.formatted(roots.strip());
    }

    /** Stores what is spared as of now, in the caller's transaction. */
    public static Future<Void> store(SqlConnection connection, Cleanup cleanup) {
        CleanupCriteria criteria = cleanup.criteria();
        LocalDate endDay = CleanupDay.endDay(criteria);
        UUID endId = Ids.lowerBound(criteria.before());
        Tuple arguments = Tuple.of(
                cleanup.id(),
                cleanup.policyId(),
                cleanup.createdAt().atOffset(ZoneOffset.UTC),
                criteria.ignorePolicies(),
                endDay);
        return connection.preparedQuery(ADD_POLICIES).execute(arguments).compose(rows -> {
            Row found = rows.iterator().next();
            boolean newest = criteria.keepLast() != null || found.getBoolean("keeps_newest");
            boolean children = found.getBoolean("has_children");
            Future<?> added = !newest
                    ? Future.succeededFuture()
                    : connection
                            .preparedQuery(ADD_NEWEST)
                            .execute(Tuple.of(
                                    cleanup.id(),
                                    endDay,
                                    criteria.workflowId(),
                                    criteria.owner(),
                                    Rows.toNumbers(CleanupCondition.statuses(cleanup)),
                                    criteria.keepLast()));
            if (children && (newest || found.getBoolean("has_open_or_held"))) {
                added = added.compose(
                        done -> connection.preparedQuery(ADD_CHILDREN).execute(Tuple.of(cleanup.id(), endDay, endId)));
            }
            // A policy for all executions also keeps their children, because children are younger.
            if (children && found.getBoolean("keeps_some")) {
                added = added.compose(
                        done -> connection.preparedQuery(ADD_CHILDREN_OF_KEPT).execute(Tuple.of(cleanup.id(), endId)));
            }
            return added.mapEmpty();
        });
    }

    /**
     * Locks all open cleanups and returns those that have begun. None of them begins or deletes until the transaction
     * ends, so a hold in it takes effect first.
     */
    static Future<UUID[]> lockOpen(SqlConnection connection) {
        return connection.query(LOCK_OPEN).execute().map(rows -> Rows.toList(rows, row -> row).stream()
                .filter(row -> row.getShort(1) == 2)
                .map(row -> row.getUUID(0))
                .toArray(UUID[]::new));
    }

    /** Makes cleanups locked by {@link #lockOpen} spare the descendants of an execution that is now held. */
    static Future<?> spareChildren(SqlConnection connection, UUID[] cleanups, UUID executionId, int ownerId) {
        return cleanups.length == 0
                ? Future.succeededFuture()
                : connection.preparedQuery(ADD_CHILDREN_OF_HELD).execute(Tuple.of(cleanups, executionId, ownerId));
    }
}
