package dev.runlog.storage.statistics;

import dev.runlog.storage.sql.Sql;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Selects the executions to count.
 *
 * @param owner number of the owner; null for all owners
 * @param workflows any of these; empty for all
 */
public record Selection(@Nullable Integer owner, Set<UUID> workflows) {
    private static final String ALL_WORKFLOWS = "'00000000-0000-0000-0000-000000000000'";

    public Selection {
        workflows = Set.copyOf(workflows);
    }

    public static Selection of(@Nullable Integer owner, @Nullable UUID workflow) {
        return new Selection(owner, workflow == null ? Set.of() : Set.of(workflow));
    }

    /** Whether the daily totals of all owners have its counts. */
    boolean isTotal() {
        return owner == null && workflows.isEmpty();
    }

    /** Adds the conditions on daily counts {@code d}. */
    void addDaily(Sql sql) {
        addOwner(sql, "d");
        addWorkflows(sql, "d");
    }

    /** Adds the conditions on the histograms {@code d} of days, which include totals. */
    void addHistograms(Sql sql) {
        if (owner != null) {
            addOwner(sql, "d");
        } else if (workflows.isEmpty()) {
            sql.add(" AND d.owner_id = 0");
        } else {
            sql.add(" AND d.owner_id IN (SELECT w.owner_id FROM workflow w WHERE w.id = ANY (")
                    .bind(workflows.toArray(UUID[]::new))
                    .add("))");
        }
        if (workflows.isEmpty()) {
            sql.add(" AND d.workflow_id = " + ALL_WORKFLOWS);
        } else {
            addWorkflows(sql, "d");
        }
    }

    /** Adds the conditions on executions {@code e} so that one index serves them. */
    void addExecutions(Sql sql) {
        if (workflows.isEmpty()) {
            addOwner(sql, "e");
            return;
        }
        addWorkflows(sql, "e");
        if (owner != null) {
            sql.add(" AND CASE WHEN e.owner_id = ").bind(owner).add(" THEN true ELSE false END");
        }
    }

    private void addOwner(Sql sql, String table) {
        if (owner != null) {
            sql.add(" AND " + table + ".owner_id = ").bind(owner);
        }
    }

    private void addWorkflows(Sql sql, String table) {
        if (!workflows.isEmpty()) {
            sql.add(" AND " + table + ".workflow_id = ANY (")
                    .bind(workflows.toArray(UUID[]::new))
                    .add(")");
        }
    }
}
