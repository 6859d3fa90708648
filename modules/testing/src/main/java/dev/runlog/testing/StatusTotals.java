package dev.runlog.testing;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Number of stored executions by status, from their rows or from the rollups. Statuses without any are left out. */
public final class StatusTotals {
    /** By number. */
    private static final List<String> STATUSES =
            List.of("queued", "running", "success", "failed", "cancelled", "crashed");

    /** Executions with these statuses are never deleted. */
    private static final Set<String> OPEN = Set.of("queued", "running");

    private StatusTotals() {}

    public static Map<String, Long> ofRows(TestDatabase database) throws SQLException {
        Map<String, Long> totals = new TreeMap<>();
        for (int i = 0; i < STATUSES.size(); i++) {
            long count = database.count("SELECT count(*) FROM execution WHERE status = " + i);
            put(totals, STATUSES.get(i), count);
        }
        return totals;
    }

    /** @param rollups {@code execution_rollup}, of workflows, or {@code execution_total}, of all */
    public static Map<String, Long> ofRollups(TestDatabase database, String rollups) throws SQLException {
        Map<String, Long> totals = new TreeMap<>();
        for (String status : STATUSES) {
            String stored = OPEN.contains(status) ? status : status + " - " + status + "_deleted";
            put(totals, status, database.count("SELECT coalesce(sum(" + stored + "), 0) FROM " + rollups));
        }
        return totals;
    }

    private static void put(Map<String, Long> totals, String status, long count) {
        if (count != 0) {
            totals.put(status, count);
        }
    }
}
