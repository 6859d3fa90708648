package dev.runlog.storage.plan;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.sql.Sql;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * SQL conditions on a row {@code e} that select the executions a cleanup deletes: those that match its criteria and
 * that nothing spares. Previews, batches and rewritten days all use these conditions.
 */
public final class CleanupCondition {
    private static final EnumSet<ExecutionStatus> OPEN = EnumSet.of(ExecutionStatus.QUEUED, ExecutionStatus.RUNNING);
    /** Policy ID that stands for the cleanup itself. */
    static final UUID NIL = new UUID(0, 0);

    private CleanupCondition() {}

    /**
     * Matches a row that a running cleanup deletes. It must have been written before the cleanup began; otherwise a
     * client that keeps recording past executions would keep the cleanup on that day forever. A row stores only 32 bits
     * of its transaction ID. The lower bound prevents rows more than two billion transactions old from looking new.
     */
    public static String deletable(Sql sql, Cleanup cleanup) {
        return matches(sql, cleanup, statuses(cleanup)) + "\n  AND age(e.xmin) NOT BETWEEN -1000000 AND (\n"
                + "    SELECT age(c.first_later_xid::xid) FROM cleanup c WHERE c.id = " + sql.argument(cleanup.id())
                + ")\n  AND " + reason(sql, cleanup) + " IS NULL";
    }

    /** Matches a row that meets the criteria, spared or not. */
    static String matches(Sql sql, Cleanup cleanup, Set<ExecutionStatus> statuses) {
        return "e.id < " + sql.argument(Ids.lowerBound(cleanup.criteria().before())) + " AND e.status IN ("
                + numbers(statuses) + ")" + target(sql, cleanup.criteria(), "e");
    }

    /** The first reason why a matching row is spared; null if it is deleted. */
    static String reason(Sql sql, Cleanup cleanup) {
        return "CASE WHEN e.status <= 1 THEN 'RUNNING' WHEN e.held THEN 'HELD'\n    " + keptBranches(sql, cleanup)
                + "\n    WHEN EXISTS (SELECT FROM cleanup_spared s WHERE s.cleanup_id = " + sql.argument(cleanup.id())
                + " AND s.execution_id = e.id) THEN 'CHILD' END";
    }

    /** Like {@link #reason}, but only policies and the newest N: the reasons that rollups can distinguish. */
    static String keptReason(Sql sql, Cleanup cleanup) {
        return "CASE " + keptBranches(sql, cleanup) + " END";
    }

    private static String keptBranches(Sql sql, Cleanup cleanup) {
        String id = sql.argument(cleanup.id());
        return "WHEN EXISTS (SELECT FROM (" + decidingPolicy("e", id) + ") r\n      WHERE e.id >= r.keep_from"
                + " OR r.keep_last IS NOT NULL AND " + isAmongNewest("r.policy_id", id) + ") THEN 'POLICY'\n    WHEN "
                + isAmongNewest("'" + NIL + "'", id) + " THEN '" + ownNumberReason(cleanup) + "'";
    }

    /** The reason for the newest N of the cleanup itself. In a policy's cleanup, N comes from the policy. */
    static String ownNumberReason(Cleanup cleanup) {
        return cleanup.policyId() == null ? "NEWEST" : "POLICY";
    }

    private static String isAmongNewest(String policyId, String cleanupId) {
        return "EXISTS (SELECT FROM cleanup_keep k WHERE k.cleanup_id = " + cleanupId + " AND k.policy_id = " + policyId
                + " AND k.workflow_id = e.workflow_id AND e.id >= k.keep_from)";
    }

    /** A query for the policy that applies to a row with an owner, a workflow and a status. Returns at most one row. */
    static String decidingPolicy(String row, String cleanupId) {
        return """
                SELECT r.policy_id, r.keep_since, r.keep_from, r.keep_last
                    FROM cleanup_rule r
                    WHERE r.cleanup_id = :cleanup AND (r.workflow_id IS NULL OR r.workflow_id = :row.workflow_id)
                      AND (r.owner_id IS NULL OR r.owner_id = :row.owner_id)
                      AND (r.statuses = '{}' OR :row.status = ANY (r.statuses))
                    ORDER BY r.rank
                    LIMIT 1""".replace(":cleanup", cleanupId).replace(":row", row);
    }

    /** Limits rows to the owner and the workflow of the criteria. */
    static String target(Sql sql, CleanupCriteria criteria, String row) {
        String owner = criteria.owner() == null
                ? ""
                : "\n  AND " + row + ".owner_id = (SELECT id FROM owner WHERE subject = "
                        + sql.argument(criteria.owner()) + ")";
        String workflow = criteria.workflowId() == null
                ? ""
                : "\n  AND " + row + ".workflow_id = " + sql.argument(criteria.workflowId());
        return owner + workflow;
    }

    static boolean hasTarget(Cleanup cleanup) {
        return cleanup.criteria().owner() != null || cleanup.criteria().workflowId() != null;
    }

    /** The statuses that the cleanup deletes: all except QUEUED and RUNNING if the criteria name none. */
    static Set<ExecutionStatus> statuses(Cleanup cleanup) {
        Set<ExecutionStatus> named = cleanup.criteria().statuses();
        return named.isEmpty() ? EnumSet.complementOf(OPEN) : EnumSet.copyOf(named);
    }

    /** Like {@link #statuses}, plus QUEUED and RUNNING, which are spared, if the criteria name none. */
    static Set<ExecutionStatus> statusesWithSpared(Cleanup cleanup) {
        return cleanup.criteria().statuses().isEmpty() ? EnumSet.allOf(ExecutionStatus.class) : statuses(cleanup);
    }

    /** Whether the list of failures contains everything that the cleanup deletes. */
    public static boolean isOfFailures(Cleanup cleanup) {
        return statuses(cleanup).stream().allMatch(ExecutionStatus::isUnsuccessful);
    }

    static String numbers(Set<ExecutionStatus> statuses) {
        return statuses.stream()
                .sorted()
                .map(status -> Integer.toString(status.number()))
                .collect(Collectors.joining(", "));
    }
}
