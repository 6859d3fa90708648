package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.cleanup.CleanupRollups.Grain;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a cleanup has to heed, as rows that stand while it is open: policies, the newest of workflows, what is below. */
final class CleanupRules {
    /** Parts of a statement that forget what the cleanup $1 was to heed. */
    static final String FORGETTING = """
            rules AS (DELETE FROM cleanup_rule WHERE cleanup_id = $1),
            keeps AS (DELETE FROM cleanup_keep WHERE cleanup_id = $1),
            spared AS (DELETE FROM cleanup_spared WHERE cleanup_id = $1)
            """;

    static final String FORGET = "WITH " + FORGETTING + "SELECT";

    /** Forgets what cleanups that are over were to heed, however they ended. */
    static final String FORGET_OVER = """
            WITH over AS (
              SELECT c.id
              FROM cleanup c
              WHERE c.state NOT IN (1, 2)
                AND c.id IN (SELECT cleanup_id FROM cleanup_rule
                             UNION SELECT cleanup_id FROM cleanup_keep
                             UNION SELECT cleanup_id FROM cleanup_spared)),
            rules AS (DELETE FROM cleanup_rule WHERE cleanup_id IN (SELECT id FROM over)),
            keeps AS (DELETE FROM cleanup_keep WHERE cleanup_id IN (SELECT id FROM over)),
            spared AS (DELETE FROM cleanup_spared WHERE cleanup_id IN (SELECT id FROM over))
            SELECT""";

    private static final String DELETE_SPARED = "DELETE FROM cleanup_spared WHERE cleanup_id = $1 AND NOT lasting";

    /** Of each workflow that has something that old, the oldest of the newest N; all of it where there are fewer. */
    private static final String ADD_KEEPS = """
            INSERT INTO cleanup_keep (cleanup_id, policy_id, workflow_id, keep_from)
            SELECT n.cleanup_id, n.policy_id, w.workflow_id,
                   coalesce(oldest.id, '00000000-0000-0000-0000-000000000000')
            FROM (
              SELECT $1::uuid AS cleanup_id, '00000000-0000-0000-0000-000000000000'::uuid AS policy_id,
                     $3::uuid AS workflow_id, (SELECT id FROM owner WHERE subject = $4::text) AS owner_id,
                     $5::smallint[] AS statuses, $6::integer AS keep_last
              WHERE $6::integer IS NOT NULL
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

    /** Whether anything has a parent at all: an index of parents that is empty is its first page alone. */
    private static final String HAS_CHILDREN = """
            EXISTS (
              SELECT FROM pg_inherits i
              WHERE i.inhparent = 'execution_parent'::regclass
                AND pg_relation_size(i.inhrelid) > current_setting('block_size')::bigint)""";

    /** Whether something is held, and may be below what stays; to look for that plans a scan of every partition. */
    private static final String HAS_ROOTS = """
            SELECT EXISTS (SELECT FROM held_execution) AS held,
                   (EXISTS (SELECT FROM execution_total WHERE day <= $2 AND running > 0)
                    OR EXISTS (SELECT FROM held_execution)
                    OR EXISTS (SELECT FROM cleanup_keep WHERE cleanup_id = $1)) AND %s AS below
            """.formatted(HAS_CHILDREN);

    /**
     * From what stays down to its children of the same owner; the totals know on which days something runs, the rollups of
     * what. OFFSET 0 has each that is held looked up.
     */
    private static final String ADD_SPARED = """
            INSERT INTO cleanup_spared (cleanup_id, execution_id)
            WITH RECURSIVE stays AS (
              SELECT e.id, e.owner_id
              FROM execution_daily d
              JOIN execution e ON e.workflow_id = d.workflow_id AND e.status = 1
                AND e.id >= uuid_v7_floor(d.day::timestamp AT TIME ZONE 'UTC')
                AND e.id < uuid_v7_floor((d.day + 1)::timestamp AT TIME ZONE 'UTC')
              WHERE d.running > 0 AND d.day = ANY (ARRAY(
                SELECT t.day FROM execution_total t WHERE t.day <= $2 AND t.running > 0))
              UNION
              SELECT h.execution_id, e.owner_id
              FROM held_execution h
              CROSS JOIN LATERAL (SELECT e.owner_id FROM execution e WHERE e.id = h.execution_id OFFSET 0) e
              UNION
              SELECT e.id, e.owner_id
              FROM cleanup_keep k
              JOIN execution e ON e.workflow_id = k.workflow_id AND e.id >= k.keep_from
              WHERE k.cleanup_id = $1 AND e.id < $3),
            below AS (
              SELECT id, owner_id, id AS root FROM stays
              UNION
              SELECT e.id, e.owner_id, NULL
              FROM below
              JOIN execution e ON e.parent_id = below.id AND e.owner_id = below.owner_id)
            SELECT DISTINCT $1::uuid, id FROM below WHERE root IS NULL
            ON CONFLICT DO NOTHING
            """;

    /**
     * Children of what policies keep, of the same owner and at any depth, of those that are that old. OFFSET 0 has each parent looked up; the
     * planner would rather read all executions.
     */
    private static final String ADD_CHILDREN_OF_KEPT = """
            INSERT INTO cleanup_spared (cleanup_id, execution_id, lasting)
            WITH RECURSIVE below AS (
              SELECT e.id, e.owner_id
              FROM execution e
              CROSS JOIN LATERAL (
                SELECT p.id, p.workflow_id, p.owner_id, p.status FROM execution p WHERE p.id = e.parent_id OFFSET 0) p
              WHERE e.parent_id IS NOT NULL AND e.id < $2 AND p.owner_id = e.owner_id AND EXISTS (
                SELECT FROM (%s) r WHERE p.id >= r.keep_from)
              UNION
              SELECT e.id, e.owner_id
              FROM below
              JOIN execution e ON e.parent_id = below.id AND e.owner_id = below.owner_id)
            SELECT $1::uuid, id, true FROM below
            ON CONFLICT DO NOTHING
            """.formatted(CleanupScope.deciding("p", "$1"));

    private CleanupRules() {}

    /**
     * A policy as a cleanup heeds it.
     *
     * @param keepSince from when executions started that it keeps; null where it keeps a number alone
     * @param targeted whether it is for a workflow or an owner
     */
    record Rule(
            @Nullable Instant keepSince, @Nullable Integer keepLast, boolean targeted, Set<ExecutionStatus> statuses) {
        private static final String COLUMNS =
                "r.keep_since, r.keep_last, r.workflow_id IS NOT NULL OR r.owner_id IS NOT NULL AS targeted, r.statuses";

        boolean isFor(ExecutionStatus status) {
            return statuses.isEmpty() || statuses.contains(status);
        }

        private static Rule of(Row row) {
            return new Rule(
                    Rows.toInstant(row.getOffsetDateTime("keep_since")),
                    row.getInteger("keep_last"),
                    row.getBoolean("targeted"),
                    CleanupStore.toStatuses(row.getArrayOfShorts("statuses")));
        }
    }

    /**
     * What stands before anything is counted.
     *
     * @param rules by how specific they are
     * @param stays whether something is held, or below what stays
     */
    record Frozen(List<Rule> rules, boolean stays) {}

    /** What a prepared cleanup heeds. */
    static Future<List<Rule>> rules(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery(
                        "SELECT " + Rule.COLUMNS + "\nFROM cleanup_rule r\nWHERE r.cleanup_id = $1\nORDER BY r.rank")
                .execute(Tuple.of(cleanup.id()))
                .map(rows -> Rows.toList(rows, Rule::of));
    }

    /** Writes down what is so now, in the transaction that is under way. */
    static Future<Frozen> freeze(SqlConnection connection, Cleanup cleanup) {
        Sql sql = new Sql();
        addRules(sql, cleanup);
        sql.add("""

                SELECT s.*, r.rank, %1$s
                FROM (
                  SELECT EXISTS (SELECT FROM held_execution) AS held,
                         (EXISTS (SELECT FROM held_execution)
                          OR EXISTS (SELECT FROM execution_total WHERE running > 0 AND day <= %2$s)) AND %3$s AS below,
                         EXISTS (SELECT FROM added) AND %3$s AS parted) s
                LEFT JOIN added r ON true
                ORDER BY r.rank
                """.formatted(Rule.COLUMNS, sql.argument(lastDay(cleanup)), HAS_CHILDREN));
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).compose(rows -> {
            Row state = rows.iterator().next();
            List<Rule> rules = state.getValue("rank") == null ? List.of() : Rows.toList(rows, Rule::of);
            boolean newest = Grain.of(cleanup, rules).newest();
            Future<Roots> roots = newest
                    ? addKeeps(connection, cleanup).compose(kept -> roots(connection, cleanup))
                    : Future.succeededFuture(Roots.of(state));
            boolean parted = state.getBoolean("parted") && mayPart(rules);
            return roots.compose(known -> addSpared(connection, cleanup, known)
                    .compose(added -> parted ? addChildrenOfKept(connection, cleanup) : Future.succeededFuture())
                    .map(new Frozen(rules, known.held() || known.below() || parted)));
        });
    }

    /** Whether a policy may keep an execution and not its children: those of one that is for all are younger. */
    private static boolean mayPart(List<Rule> rules) {
        return rules.stream()
                .anyMatch(rule -> rule.keepSince() != null
                        && (rules.size() > 1
                                || rule.targeted()
                                || !rule.statuses().isEmpty()));
    }

    private static Future<?> addChildrenOfKept(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery(ADD_CHILDREN_OF_KEPT)
                .execute(
                        Tuple.of(cleanup.id(), Ids.lowerBound(cleanup.criteria().before())));
    }

    /** Finds anew what stays because something above it does, but for what policies keep. */
    static Future<Void> refreshSpared(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery(DELETE_SPARED)
                .execute(Tuple.of(cleanup.id()))
                .compose(done -> roots(connection, cleanup))
                .compose(known -> addSpared(connection, cleanup, known));
    }

    /**
     * Appends the policies by how specific they are. A policy's own cleanup leaves to the more specific ones what is
     * theirs, whatever they say, and heeds no other; their newest are noted, as children of those stay.
     */
    private static void addRules(Sql sql, Cleanup cleanup) {
        sql.add("""
                WITH ranked AS (
                  SELECT p.*, row_number() OVER (
                    ORDER BY (p.workflow_id IS NULL), (p.owner_id IS NULL), (p.statuses = '{}'),
                             cardinality(p.statuses), p.id) AS rank
                  FROM retention_policy p),
                added AS (
                  INSERT INTO cleanup_rule (cleanup_id, rank, policy_id, workflow_id, owner_id, statuses, keep_since,
                                            keep_from, keep_last)
                  SELECT %1$s, p.rank, p.id, p.workflow_id, p.owner_id, p.statuses,
                         CASE WHEN %2$s::uuid IS NULL THEN %3$s::timestamptz - p.keep_for ELSE 'epoch' END,
                         CASE WHEN %2$s::uuid IS NULL THEN uuid_v7_floor(%3$s::timestamptz - p.keep_for)
                              ELSE '00000000-0000-0000-0000-000000000000' END,
                         p.keep_last
                  FROM ranked p
                  WHERE NOT %4$s
                    AND p.rank < coalesce((SELECT own.rank FROM ranked own WHERE own.id = %2$s::uuid), p.rank + 1)
                  RETURNING *)""".formatted(
                        sql.argument(cleanup.id()),
                        sql.argument(cleanup.policyId()),
                        sql.argument(cleanup.createdAt().atOffset(ZoneOffset.UTC)),
                        sql.argument(cleanup.criteria().ignorePolicies())));
    }

    private static Future<?> addKeeps(SqlConnection connection, Cleanup cleanup) {
        CleanupCriteria criteria = cleanup.criteria();
        return connection
                .preparedQuery(ADD_KEEPS)
                .execute(Tuple.of(
                        cleanup.id(),
                        lastDay(cleanup),
                        criteria.workflowId(),
                        criteria.owner(),
                        CleanupStore.numbers(criteria.statuses()),
                        criteria.keepLast()));
    }

    /** Whether something is held, and whether something may be below what stays. */
    private record Roots(boolean held, boolean below) {
        static Roots of(Row row) {
            return new Roots(row.getBoolean("held"), row.getBoolean("below"));
        }
    }

    private static Future<Roots> roots(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery(HAS_ROOTS)
                .execute(Tuple.of(cleanup.id(), lastDay(cleanup)))
                .map(rows -> Roots.of(rows.iterator().next()));
    }

    private static Future<Void> addSpared(SqlConnection connection, Cleanup cleanup, Roots roots) {
        return roots.below()
                ? connection
                        .preparedQuery(ADD_SPARED)
                        .execute(Tuple.of(
                                cleanup.id(),
                                lastDay(cleanup),
                                Ids.lowerBound(cleanup.criteria().before())))
                        .mapEmpty()
                : Future.succeededFuture();
    }

    private static LocalDate lastDay(Cleanup cleanup) {
        return LocalDate.ofInstant(cleanup.criteria().before(), ZoneOffset.UTC);
    }
}
