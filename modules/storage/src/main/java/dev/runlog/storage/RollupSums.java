package dev.runlog.storage;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Sums over rollups, and the preview that they come to.
 *
 * @param byWorkflow of those workflows that were told apart
 */
record RollupSums(
        boolean exact, Map<Integer, Double> byStatus, Map<UUID, Double> byWorkflow, double byPolicy, double byLast) {

    static RollupSums of(RowSet<Row> sums, RowSet<Row> ofWorkflows) {
        Map<Integer, Double> byStatus = new HashMap<>();
        Map<UUID, Double> byWorkflow = new HashMap<>();
        boolean exact = true;
        double byPolicy = 0;
        double byLast = 0;
        for (Row row : ofWorkflows) {
            if (row.getUUID("workflow_id") != null) {
                byWorkflow.put(row.getUUID("workflow_id"), row.getDouble("going"));
            }
        }
        for (Row row : sums) {
            if (row.getUUID("workflow_id") != null) {
                continue;
            }
            if (row.getValue("status") != null) {
                byStatus.put((int) row.getShort("status"), row.getDouble("going"));
            } else if (row.getValue("meant") != null) {
                exact = row.getBoolean("exact");
                byPolicy = row.getDouble("by_policy");
                byLast = row.getDouble("by_last");
            }
        }
        return new RollupSums(exact, byStatus, byWorkflow, byPolicy, byLast);
    }

    List<UUID> topIds() {
        return byWorkflow.entrySet().stream()
                .sorted(Map.Entry.<UUID, Double>comparingByValue().reversed())
                .limit(CleanupPreviews.TOP)
                .map(Map.Entry::getKey)
                .toList();
    }

    CleanupPreview toPreview(
            Cleanup cleanup,
            long running,
            List<CleanupDay> days,
            List<Row> stays,
            Map<UUID, String> keys,
            Map<LocalDate, long[]> sizes) {
        Map<Integer, Double> statuses = new HashMap<>(byStatus);
        Map<UUID, Double> workflows = new HashMap<>(byWorkflow);
        Set<LocalDate> staying = new HashSet<>();
        long held = 0;
        for (Row row : stays) {
            statuses.merge((int) row.getShort("status"), -1.0, Double::sum);
            workflows.merge(row.getUUID("workflow_id"), -1.0, Double::sum);
            staying.add(LocalDate.ofInstant(Ids.timeOf(row.getUUID("id")), ZoneOffset.UTC));
            held += row.getBoolean("held") ? 1 : 0;
        }
        StatusCounts counts = StatusCounts.NONE;
        for (Map.Entry<Integer, Double> status : statuses.entrySet()) {
            counts = counts.plus(CleanupPreviews.counts(status.getKey(), Math.max(0, Math.round(status.getValue()))));
        }
        Map<UUID, OfWorkflow> top = new HashMap<>();
        keys.forEach((id, key) ->
                top.put(id, new OfWorkflow(id, key, Math.max(0, Math.round(workflows.getOrDefault(id, 0.0))))));
        double bytes = 0;
        double steps = 0;
        int whole = 0;
        for (CleanupDay day : days) {
            double share = Math.min(1, (double) day.going() / Math.max(1, day.stored()));
            long[] size = sizes.getOrDefault(day.day(), new long[2]);
            bytes += size[0] * share;
            steps += size[1] * share;
            whole += day.isWhole(cleanup) && !staying.contains(day.day()) ? 1 : 0;
        }
        return new CleanupPreview(
                exact && stays.size() <= CleanupPreviews.LOOKED_AT_MAX,
                false,
                counts,
                CleanupPreviews.top(top),
                days.isEmpty() ? null : startOf(days.get(0)),
                days.isEmpty() ? null : startOf(days.get(days.size() - 1)),
                Math.round(steps),
                Math.round(bytes),
                whole,
                new Spared(running, held, Math.round(byPolicy), Math.round(byLast), stays.size() - held));
    }

    static Instant startOf(CleanupDay day) {
        return day.day().atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
