package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.db.Sql;
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
        sql.add("""

                  AND (e.parent_id IS NULL OR NOT EXISTS (
                    SELECT FROM execution p
                    WHERE p.id = e.parent_id AND p.owner_id = e.owner_id AND (p.status = 1 OR p.held)))""");
    }

    /**
     * Appends the condition but for whether the parent itself runs or is held. That one names all partitions, whose
     * scans take longer to plan than a batch takes.
     */
    static void addDoomedUnlessBelow(Sql sql, Cleanup cleanup) {
        sql.add(unkept(sql, cleanup)).add("\n  AND NOT e.held");
        sql.add("\n  AND (e.parent_id IS NULL OR NOT EXISTS (\n"
                + "    SELECT FROM cleanup_spared s WHERE s.cleanup_id = " + sql.argument(cleanup.id())
                + " AND s.execution_id = e.id))");
    }

    /** Whether a row {@code e} would go by the criteria and the policies, whatever holds it or is above it. */
    static String unkept(Sql sql, Cleanup cleanup) {
        StringBuilder condition = new StringBuilder(meant(sql, cleanup));
        if (cleanup.criteria().keepLast() != null) {
            condition.append("\n  AND NOT ").append(isKept("e", "'" + NIL + "'", sql.argument(cleanup.id())));
        }
        if (!cleanup.criteria().ignorePolicies()) {
            String id = sql.argument(cleanup.id());
            condition
                    .append("\n  AND NOT EXISTS (SELECT FROM (" + deciding("e", id) + ") r\n")
                    .append("    WHERE e.id >= r.keep_from OR r.keep_last IS NOT NULL AND ")
                    .append(isKept("e", "r.policy_id", id) + ")");
        }
        return condition.toString();
    }

    /** Appends what the criteria alone say of rows {@code e}. */
    static void addMeant(Sql sql, Cleanup cleanup) {
        sql.add(meant(sql, cleanup));
    }

    private static String meant(Sql sql, Cleanup cleanup) {
        CleanupCriteria criteria = cleanup.criteria();
        return "e.id < " + sql.argument(Ids.lowerBound(criteria.before())) + " AND e.status IN ("
                + numbers(criteria.statuses()) + ")" + target(sql, criteria, "e");
    }

    /** How many that run are meant but for that: none where statuses are named, which running is not among. */
    static String running(Sql sql, Cleanup cleanup) {
        if (!cleanup.criteria().statuses().isEmpty()) {
            return "0::bigint";
        }
        return "(SELECT count(*) FROM execution e WHERE e.status = 1 AND e.id < "
                + sql.argument(Ids.lowerBound(cleanup.criteria().before())) + target(sql, cleanup.criteria(), "e")
                + ")";
    }

    /** Appends whose rows are meant. */
    static void addTarget(Sql sql, CleanupCriteria criteria, String row) {
        sql.add(target(sql, criteria, row));
    }

    private static String target(Sql sql, CleanupCriteria criteria, String row) {
        String owner = criteria.owner() == null
                ? ""
                : "\n  AND " + row + ".owner_id = (SELECT id FROM owner WHERE subject = "
                        + sql.argument(criteria.owner()) + ")";
        String workflow = criteria.workflowId() == null
                ? ""
                : "\n  AND " + row + ".workflow_id = " + sql.argument(criteria.workflowId());
        return owner + workflow;
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
