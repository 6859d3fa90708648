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

/** Adds up the figures of days and makes a preview of them. */
final class PreviewFigures {
    private final Cleanup cleanup;
    private final int exceptionsMax;
    private final Map<ExecutionStatus, Double> byStatus = new EnumMap<>(ExecutionStatus.class);
    private final Map<LocalDate, Double> byDay = new HashMap<>();
    private final Map<UUID, Long> byWorkflow = new HashMap<>();
    private final Map<String, Double> bySparedReason = new HashMap<>();
    private final Map<LocalDate, CountedDay> counted = new HashMap<>();
    private boolean exact = true;

    /** @param exceptionsMax maximum number of held executions and children counted; beyond it, figures are estimates */
    PreviewFigures(Cleanup cleanup, int exceptionsMax) {
        this.cleanup = cleanup;
        this.exceptionsMax = exceptionsMax;
    }

    /** Adds the figures of a day from the rollups. */
    void addRollups(DayFigures day) {
        exact &= !day.cut();
        for (DayFigures.OfStatus figures : day.statuses()) {
            if (figures.status().isOpen()) {
                add(day.day(), figures.status(), "RUNNING", figures.matched());
            } else {
                add(day.day(), figures.status(), null, figures.deletable());
                add(day.day(), figures.status(), "POLICY", figures.matched() - figures.unkept());
                add(
                        day.day(),
                        figures.status(),
                        CleanupCondition.ownNumberReason(cleanup),
                        figures.unkept() - figures.deletable());
            }
        }
    }

    /** Adds the figures of days with counted executions. */
    void addCounted(List<DayFigures> days, List<Row> rows) {
        days.forEach(day -> counted.put(day.day(), new CountedDay()));
        for (Row row : rows) {
            LocalDate day = row.getLocalDate("day");
            add(day, status(row), row.getString("reason"), row.getLong("rows"));
            if (row.getString("reason") == null) {
                counted.computeIfAbsent(day, key -> new CountedDay()).add(row);
                byWorkflow.merge(row.getUUID("workflow_id"), row.getLong("rows"), Long::sum);
            }
        }
    }

    /** Moves held executions and spared children of days from the rollups to the reasons why they are spared. */
    void addExceptions(List<Row> rows) {
        long examined = 0;
        for (Row row : rows) {
            long number = row.getLong("rows");
            examined += number;
            String keptReason = row.getString("kept_reason");
            add(row.getLocalDate("day"), status(row), keptReason, -number);
            add(row.getLocalDate("day"), status(row), row.getString("reason"), number);
            if (keptReason == null) {
                byWorkflow.merge(row.getUUID("workflow_id"), -number, Long::sum);
            }
        }
        exact &= examined <= exceptionsMax;
    }

    private void add(LocalDate day, ExecutionStatus status, @Nullable String sparedReason, double number) {
        if (sparedReason == null) {
            byStatus.merge(status, number, Double::sum);
            byDay.merge(day, number, Double::sum);
        } else {
            bySparedReason.merge(sparedReason, number, Double::sum);
        }
    }

    /** Numbers by workflow to add to those of the rollups. */
    Map<UUID, Long> byWorkflow() {
        return byWorkflow;
    }

    /**
     * Returns the preview.
     *
     * @param days all days, oldest first
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
                        0,
                        deletable(ExecutionStatus.SUCCESS),
                        deletable(ExecutionStatus.FAILED),
                        deletable(ExecutionStatus.CANCELLED),
                        deletable(ExecutionStatus.CRASHED)),
                workflows,
                oldest,
                newest,
                Math.round(steps),
                Math.round(bytes),
                whole,
                new Spared(spared("RUNNING"), spared("HELD"), spared("POLICY"), spared("NEWEST"), spared("CHILD")));
    }

    private long deletable(ExecutionStatus status) {
        return Math.max(0, Math.round(byStatus.getOrDefault(status, 0.0)));
    }

    private long spared(String reason) {
        return Math.max(0, Math.round(bySparedReason.getOrDefault(reason, 0.0)));
    }

    private static ExecutionStatus status(Row row) {
        return ExecutionStatus.ofNumber(row.getShort("status"));
    }

    /** The deletable executions of a counted day. */
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
