package dev.runlog.storage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The condition under which a cleanup deletes, in one place for previews, batches and rewritten partitions. It is never
 * unknown for a row that stays: who negates it writes {@code IS NOT TRUE}.
 */
final class CleanupScope {
    static final UUID NIL = new UUID(0, 0);

    private CleanupScope() {}

    /** Appends the condition on rows {@code e}. */
    static void addDoomed(Sql sql, Cleanup cleanup) {
        addDoomedUnlessBelow(sql, cleanup);
        sql.add("\n  AND (e.parent_id IS NULL OR NOT EXISTS (\n"
                + "    SELECT FROM execution p WHERE p.id = e.parent_id AND (p.status = 1 OR p.held)))");
    }

    /**
     * Appends the condition but for whether the parent itself runs or is held. That one names all partitions, whose
     * scans take longer to plan than a batch takes.
     */
    static void addDoomedUnlessBelow(Sql sql, Cleanup cleanup) {
        addMeant(sql, cleanup);
        String id = sql.argument(cleanup.id());
        sql.add("\n  AND NOT e.held");
        if (cleanup.criteria().keepLast() != null) {
            sql.add("\n  AND NOT " + isKept("e", "'" + NIL + "'", id));
        }
        if (!cleanup.criteria().ignorePolicies()) {
            sql.add("\n  AND NOT EXISTS (SELECT FROM (" + deciding("e", id)
                    + ") r\n    WHERE e.id >= r.keep_from OR r.keep_last IS NOT NULL AND "
                    + isKept("e", "r.policy_id", id) + ")");
        }
        sql.add("\n  AND (e.parent_id IS NULL OR NOT EXISTS (\n"
                + "    SELECT FROM cleanup_spared s WHERE s.cleanup_id = " + id + " AND s.execution_id = e.id))");
    }

    /** Appends what the criteria alone say of rows {@code e}. */
    static void addMeant(Sql sql, Cleanup cleanup) {
        CleanupCriteria criteria = cleanup.criteria();
        sql.add("e.id < ").bind(Ids.lowerBound(criteria.before()));
        sql.add(" AND e.status IN (" + numbers(criteria.statuses()) + ")");
        addTarget(sql, criteria, "e");
    }

    /** Appends whose rows are meant. */
    static void addTarget(Sql sql, CleanupCriteria criteria, String row) {
        if (criteria.owner() != null) {
            sql.add("\n  AND " + row + ".owner_id = (SELECT id FROM owner WHERE subject = ")
                    .bind(criteria.owner())
                    .add(")");
        }
        if (criteria.workflowId() != null) {
            sql.add("\n  AND " + row + ".workflow_id = ").bind(criteria.workflowId());
        }
    }

    /** The policy that decides about a row, as a query of one row at the most. */
    static String deciding(String row, String cleanupId) {
        return "SELECT r.policy_id, r.keep_since, r.keep_from, r.keep_last FROM cleanup_rule r\n"
                + "    WHERE r.cleanup_id = " + cleanupId + " AND (r.workflow_id IS NULL OR r.workflow_id = " + row
                + ".workflow_id)\n      AND (r.owner_id IS NULL OR r.owner_id = " + row
                + ".owner_id) AND (r.statuses = '{}' OR " + row
                + ".status = ANY (r.statuses))\n    ORDER BY r.rank LIMIT 1";
    }

    private static String isKept(String row, String policyId, String cleanupId) {
        return "EXISTS (SELECT FROM cleanup_keep k WHERE k.cleanup_id = " + cleanupId + " AND k.policy_id = " + policyId
                + " AND k.workflow_id = " + row + ".workflow_id AND " + row + ".id >= k.keep_from)";
    }

    /** The numbers of the statuses, all but running where there are none. */
    static String numbers(Set<ExecutionStatus> wanted) {
        return deletable(wanted).stream()
                .map(status -> Integer.toString(status.number()))
                .collect(Collectors.joining(", "));
    }

    /** Whether all that it deletes is in the list of what did not end well. */
    static boolean isOfUnsuccessful(Cleanup cleanup) {
        return deletable(cleanup.criteria().statuses()).stream().allMatch(ExecutionStatus::isUnsuccessful);
    }

    static Set<ExecutionStatus> deletable(Set<ExecutionStatus> wanted) {
        return wanted.isEmpty() ? EnumSet.complementOf(EnumSet.of(ExecutionStatus.RUNNING)) : EnumSet.copyOf(wanted);
    }
}
