package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Adds up the figures of days to a preview. */
final class PreviewFigures {
    private final Cleanup cleanup;
    private final int exceptionsMax;
    private final Map<ExecutionStatus, Double> byStatus = new EnumMap<>(ExecutionStatus.class);
    private final Map<LocalDate, Double> byDay = new HashMap<>();
    private final Map<UUID, Long> byWorkflow = new HashMap<>();
    private final Map<String, Double> bySparedReason = new HashMap<>();
    private final Map<LocalDate, CountedDay> counted = new HashMap<>();
    private boolean exact = true;

    /** @param exceptionsMax how many held executions and children were looked at; if there are more, it is an estimate */
    PreviewFigures(Cleanup cleanup, int exceptionsMax) {
        this.cleanup = cleanup;
        this.exceptionsMax = exceptionsMax;
    }

    /** What the rollups say of a day. */
    void addRollups(DayFigures day) {
        exact &= !day.cut();
        for (DayFigures.OfStatus of : day.statuses()) {
            if (of.status() == ExecutionStatus.RUNNING) {
                add(day.day(), of.status(), "RUNNING", of.matched());
            } else {
                add(day.day(), of.status(), null, of.deletable());
                add(day.day(), of.status(), "POLICY", of.matched() - of.unkept());
                add(day.day(), of.status(), CleanupCondition.ownNumberReason(cleanup), of.unkept() - of.deletable());
            }
        }
    }

    /** Days whose executions were counted. */
    void addCounted(List<DayFigures> days, List<Row> rows) {
        days.forEach(day -> counted.put(day.day(), new CountedDay()));
        for (Row row : rows) {
            LocalDate day = row.getLocalDate("day");
            add(day, status(row), row.getString("reason"), row.getLong("rows"));
            if (row.getString("reason") == null) {
                counted.computeIfAbsent(day, none -> new CountedDay()).add(row);
                byWorkflow.merge(row.getUUID("workflow_id"), row.getLong("rows"), Long::sum);
            }
        }
    }

    /** Held executions and children on days of which the rollups said the rest. */
    void addExceptions(List<Row> rows) {
        long looked = 0;
        for (Row row : rows) {
            long number = row.getLong("rows");
            looked += number;
            String keptReason = row.getString("kept_reason");
            add(row.getLocalDate("day"), status(row), keptReason, -number);
            add(row.getLocalDate("day"), status(row), row.getString("reason"), number);
            if (keptReason == null) {
                byWorkflow.merge(row.getUUID("workflow_id"), -number, Long::sum);
            }
        }
        exact &= looked <= exceptionsMax;
    }

    private void add(LocalDate day, ExecutionStatus status, @Nullable String sparedReason, double number) {
        if (sparedReason == null) {
            byStatus.merge(status, number, Double::sum);
            byDay.merge(day, number, Double::sum);
        } else {
            bySparedReason.merge(sparedReason, number, Double::sum);
        }
    }

    /** What is to be added to the rollups of workflows. */
    Map<UUID, Long> byWorkflow() {
        return byWorkflow;
    }

    /**
     * Returns the preview.
     *
     * @param days all of them, oldest first
     * @param sizes bytes and steps of the days' partitions
     */
    CleanupPreview toPreview(List<DayFigures> days, List<Row> sizes, List<OfWorkflow> workflows) {
        boolean sizesExact = counted.size() == days.size();
        Map<LocalDate, Row> sizesByDay = new HashMap<>();
        sizes.forEach(size -> sizesByDay.put(size.getLocalDate("day"), size));
        Instant oldest = null;
        Instant newest = null;
        int whole = 0;
        double bytes = 0;
        double steps = 0;
        for (DayFigures day : days) {
            double deletable = byDay.getOrDefault(day.day(), 0.0);
            if (deletable <= 0) {
                continue;
            }
            CountedDay rows = counted.get(day.day());
            Row size = sizesByDay.get(day.day());
            double share = deletable / Math.max(1, day.stored());
            boolean isWhole = rows == null ? day.toCleanupDay().whole() : deletable == day.stored();
            whole += isWhole ? 1 : 0;
            bytes += sizesExact && !isWhole && rows != null
                    ? rows.bytes
                    : size == null ? 0 : size.getLong("bytes") * share;
            steps += sizesExact && rows != null ? rows.steps : size == null ? 0 : size.getLong("steps") * share;
            oldest = oldest != null ? oldest : rows == null ? CleanupDay.startOf(day.day()) : rows.oldest;
            newest = rows == null ? CleanupDay.startOf(day.day()) : rows.newest;
        }
        return new CleanupPreview(
                exact,
                sizesExact,
                new StatusCounts(
                        0,
                        of(ExecutionStatus.SUCCESS),
                        of(ExecutionStatus.FAILED),
                        of(ExecutionStatus.CANCELLED),
                        of(ExecutionStatus.CRASHED)),
                workflows,
                oldest,
                newest,
                Math.round(steps),
                Math.round(bytes),
                whole,
                new Spared(spared("RUNNING"), spared("HELD"), spared("POLICY"), spared("NEWEST"), spared("CHILD")));
    }

    private long of(ExecutionStatus status) {
        return Math.max(0, Math.round(byStatus.getOrDefault(status, 0.0)));
    }

    private long spared(String reason) {
        return Math.max(0, Math.round(bySparedReason.getOrDefault(reason, 0.0)));
    }

    private static ExecutionStatus status(Row row) {
        return ExecutionStatus.ofNumber(row.getShort("status"));
    }

    /** What is deletable of a day whose executions were counted. */
    private static final class CountedDay {
        private long bytes;
        private long steps;
        private @Nullable Instant oldest;
        private @Nullable Instant newest;

        void add(Row row) {
            bytes += row.getLong("bytes");
            steps += row.getLong("steps");
            Instant first = Ids.timeOf(row.getUUID("oldest"));
            Instant last = Ids.timeOf(row.getUUID("newest"));
            oldest = oldest == null || first.isBefore(oldest) ? first : oldest;
            newest = newest == null || last.isAfter(newest) ? last : newest;
        }
    }
}
