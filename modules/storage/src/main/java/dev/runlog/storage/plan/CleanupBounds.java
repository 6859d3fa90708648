package dev.runlog.storage.plan;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.sql.Sql;

/** SQL for the times before which a cleanup deletes executions, in days since 1970, by workflow and status. */
final class CleanupBounds {
    private static final double MILLIS_OF_DAY = 86_400_000;

    private CleanupBounds() {}

    /** The bound of the criteria. */
    static String before(Sql sql, Cleanup cleanup) {
        return sql.argument(cleanup.criteria().before().toEpochMilli() / MILLIS_OF_DAY) + "::float8";
    }

    /**
     * Common table expressions. In {@code bound}, the rows without a workflow are the usual bounds; workflows with their
     * own policy or newest N, listed in {@code own_workflow}, have their own. There may be thousands of these, so no join
     * compares them with each other. {@code own_bound} has one row for each, with arrays in which the bound of status
     * number n is at n + 1.
     *
     * @param before the SQL of {@link #before}
     */
    static String tables(Sql sql, Cleanup cleanup, String before) {
        return """
                general_rule AS MATERIALIZED (
                  SELECT r.rank, r.statuses
                  FROM cleanup_rule r
                  WHERE r.cleanup_id = :id AND r.workflow_id IS NULL AND r.owner_id IS NULL),
                own_rule AS MATERIALIZED (
                  SELECT w.id, w.owner_id, r.rank, r.statuses
                  FROM cleanup_rule r
                  JOIN workflow w ON w.id = r.workflow_id AND w.owner_id = coalesce(r.owner_id, w.owner_id)
                  WHERE r.cleanup_id = :id
                  UNION ALL
                  SELECT w.id, w.owner_id, r.rank, r.statuses
                  FROM cleanup_rule r
                  JOIN workflow w ON w.owner_id = r.owner_id
                  WHERE r.cleanup_id = :id AND r.workflow_id IS NULL),
                own_workflow AS MATERIALIZED (
                  SELECT id, owner_id FROM own_rule
                  UNION
                  SELECT w.id, w.owner_id
                  FROM cleanup_keep k
                  JOIN workflow w ON w.id = k.workflow_id
                  WHERE k.cleanup_id = :id),
                deciding_rule AS (
                  SELECT r.id, r.owner_id, s.status,
                         min(r.rank) FILTER (WHERE r.statuses = '{}' OR s.status = ANY (r.statuses)) AS rank
                  FROM (
                    SELECT * FROM own_rule
                    UNION ALL
                    SELECT w.id, w.owner_id, g.rank, g.statuses
                    FROM (SELECT * FROM own_workflow UNION ALL SELECT NULL, NULL) w
                    LEFT JOIN general_rule g ON true) r
                  CROSS JOIN generate_series(0, 5) AS s (status)
                  GROUP BY r.id, r.owner_id, s.status),
                bound AS MATERIALIZED (
                  SELECT d.id AS workflow_id, d.owner_id, d.status,
                         CASE WHEN d.status <= 1 THEN :before ELSE p.unkept_until END AS unkept_until,
                         CASE WHEN d.status <= 1 THEN 0 ELSE least(p.unkept_until, :own_newest) END AS until
                  FROM deciding_rule d
                  LEFT JOIN cleanup_rule r ON r.cleanup_id = :id AND r.rank = d.rank
                  LEFT JOIN cleanup_keep k
                    ON k.cleanup_id = :id AND k.policy_id = r.policy_id AND k.workflow_id = d.id
                  LEFT JOIN cleanup_keep own
                    ON own.cleanup_id = :id AND own.policy_id = ':nil' AND own.workflow_id = d.id
                  CROSS JOIN LATERAL (
                    SELECT least(:before, :since, CASE WHEN r.keep_last IS NOT NULL THEN :newest END) AS unkept_until) p),
                own_bound AS MATERIALIZED (
                  SELECT workflow_id, owner_id, array_agg(unkept_until ORDER BY status) AS unkept_until,
                         array_agg(until ORDER BY status) AS until
                  FROM bound
                  WHERE workflow_id IS NOT NULL
                  GROUP BY workflow_id, owner_id)""".replace(":id", sql.argument(cleanup.id()))
                .replace(":own_newest", daysOf("uuid_v7_time(own.keep_from)"))
                .replace(":nil", CleanupCondition.NIL.toString())
                .replace(":before", before)
                .replace(":since", daysOf("r.keep_since"))
                .replace(":newest", daysOf("uuid_v7_time(k.keep_from)"));
    }

    private static String daysOf(String moment) {
        return "extract(epoch FROM " + moment + ")::float8 / 86400";
    }
}
