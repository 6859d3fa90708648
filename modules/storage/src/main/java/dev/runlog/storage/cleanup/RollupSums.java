package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import dev.runlog.storage.cleanup.DayTotals.Size;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Sums over rollups, and the preview that they come to.
 *
 * @param days those on which there may be something to delete, oldest first
 * @param biggest the workflows of which most goes
 */
record RollupSums(
        boolean exact,
        Map<Integer, Double> byStatus,
        List<CleanupDay> days,
        List<OfWorkflow> biggest,
        double byPolicy,
        double byLast) {

    static RollupSums of(RowSet<Row> sums) {
        Map<Integer, Double> byStatus = new HashMap<>();
        List<CleanupDay> days = new ArrayList<>();
        List<OfWorkflow> biggest = new ArrayList<>();
        boolean exact = true;
        double byPolicy = 0;
        double byLast = 0;
        for (Row row : sums) {
            if (row.getUUID("workflow_id") != null) {
                biggest.add(CleanupRollups.toWorkflow(row));
            } else if (row.getValue("day") != null) {
                addDay(days, row);
            } else if (row.getValue("status") != null) {
                byStatus.put((int) row.getShort("status"), row.getDouble("going"));
            } else if (row.getValue("going") != null) {
                exact = row.getBoolean("exact");
                byPolicy = row.getDouble("by_policy");
                byLast = row.getDouble("by_last");
            }
        }
        return new RollupSums(exact, byStatus, days, biggest, byPolicy, byLast);
    }

    /** Where age and status alone decide; the biggest workflows are told apart from it. */
    static RollupSums of(AgeBounds bounds, List<DayTotals> totals) {
        Map<Integer, Double> byStatus = new HashMap<>();
        List<CleanupDay> days = new ArrayList<>();
        boolean exact = true;
        double byPolicy = 0;
        for (DayTotals of : totals) {
            double meant = AgeBounds.share(of.day(), bounds.meant());
            double goingOfDay = 0;
            long goingWhole = 0;
            for (Map.Entry<ExecutionStatus, Instant> bound : bounds.going().entrySet()) {
                long rows = of.stored().of(bound.getKey());
                double share = AgeBounds.share(of.day(), bound.getValue());
                goingOfDay += rows * share;
                goingWhole += share == 1 ? rows : 0;
                byStatus.merge(bound.getKey().number(), rows * share, Double::sum);
                byPolicy += rows * (meant - share);
                exact &= rows == 0 || share == 0 || share == 1;
            }
            if (goingOfDay > 0) {
                long stored = of.stored().total();
                days.add(new CleanupDay(of.day(), stored, (long) Math.ceil(goingOfDay), goingWhole == stored));
            }
        }
        return new RollupSums(exact, byStatus, days, List.of(), byPolicy, 0);
    }

    RollupSums withBiggest(List<OfWorkflow> workflows) {
        return new RollupSums(exact, byStatus, days, workflows, byPolicy, byLast);
    }

    private static void addDay(List<CleanupDay> days, Row row) {
        if (row.getBoolean("looked_at") && row.getValue("stored") != null) {
            days.add(new CleanupDay(
                    row.getLocalDate("day"),
                    row.getLong("stored"),
                    (long) Math.ceil(row.getDouble("going")),
                    row.getBoolean("all_go")));
        }
    }

    CleanupPreview toPreview(Cleanup cleanup, long running, List<Row> stays, Map<LocalDate, Size> sizes) {
        Map<Integer, Double> statuses = new HashMap<>(byStatus);
        Map<UUID, OfWorkflow> workflows = new HashMap<>();
        biggest.forEach(of -> workflows.put(of.workflowId(), of));
        Set<LocalDate> staying = new HashSet<>();
        long held = 0;
        long children = 0;
        long kept = 0;
        for (Row row : stays) {
            held += row.getBoolean("held") ? 1 : 0;
            if (!row.getBoolean("unkept")) {
                // The rollups have it among what a policy or a number keeps.
                kept += row.getBoolean("held") ? 1 : 0;
                continue;
            }
            children += row.getBoolean("held") ? 0 : 1;
            statuses.merge((int) row.getShort("status"), -1.0, Double::sum);
            workflows.computeIfPresent(
                    row.getUUID("workflow_id"),
                    (id, of) -> new OfWorkflow(id, of.key(), Math.max(0, of.executions() - 1)));
            staying.add(LocalDate.ofInstant(Ids.timeOf(row.getUUID("id")), ZoneOffset.UTC));
        }
        StatusCounts counts = StatusCounts.NONE;
        for (Map.Entry<Integer, Double> status : statuses.entrySet()) {
            counts = counts.plus(CleanupPreviews.counts(status.getKey(), Math.max(0, Math.round(status.getValue()))));
        }
        double bytes = 0;
        double steps = 0;
        int whole = 0;
        List<CleanupDay> touched = days.stream().filter(day -> day.going() > 0).toList();
        for (CleanupDay day : touched) {
            double share = Math.min(1, (double) day.going() / Math.max(1, day.stored()));
            Size size = sizes.getOrDefault(day.day(), Size.NONE);
            bytes += size.bytes() * share;
            steps += size.steps() * share;
            whole += day.isWhole(cleanup) && !staying.contains(day.day()) ? 1 : 0;
        }
        return new CleanupPreview(
                exact && stays.size() <= CleanupPreviews.LOOKED_AT_MAX,
                false,
                counts,
                CleanupPreviews.top(workflows.values()),
                touched.isEmpty() ? null : startOf(touched.get(0)),
                touched.isEmpty() ? null : startOf(touched.get(touched.size() - 1)),
                Math.round(steps),
                Math.round(bytes),
                whole,
                new Spared(
                        running,
                        held,
                        Math.max(0, Math.round(byPolicy) - (byPolicy > 0 ? kept : 0)),
                        Math.max(0, Math.round(byLast) - (byPolicy > 0 ? 0 : kept)),
                        children));
    }

    static Instant startOf(CleanupDay day) {
        return day.day().atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
