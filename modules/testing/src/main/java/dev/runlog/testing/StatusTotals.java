package dev.runlog.testing;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many executions are stored, by status: as their rows and as the rollups have it. */
public final class StatusTotals {
    private static final List<String> STATUSES = List.of("running", "success", "failed", "cancelled", "crashed");

    private StatusTotals() {}

    public static Map<String, Long> ofRows(TestDatabase database) throws SQLException {
        Map<String, Long> totals = new TreeMap<>();
        for (int i = 0; i < STATUSES.size(); i++) {
            totals.put(STATUSES.get(i), database.count("SELECT count(*) FROM execution WHERE status = " + (i + 1)));
        }
        return totals;
    }

    /** @param rollups {@code execution_rollup}, of workflows, or {@code execution_total}, of all */
    public static Map<String, Long> ofRollups(TestDatabase database, String rollups) throws SQLException {
        Map<String, Long> totals = new TreeMap<>();
        for (String status : STATUSES) {
            String stored = status.equals("running") ? status : status + " - " + status + "_deleted";
            totals.put(status, database.count("SELECT coalesce(sum(" + stored + "), 0) FROM " + rollups));
        }
        return totals;
    }
}
