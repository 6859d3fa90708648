package dev.runlog.storage.plan;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import dev.runlog.contract.retention.CleanupPreview.WorkflowCount;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

/** Adds up the figures of days and makes a preview of them. */
final class PreviewFigures {
    private final Map<ExecutionStatus, Double> byStatus = new EnumMap<>(ExecutionStatus.class);
    private final Map<LocalDate, Double> byDay = new HashMap<>();
    private final Map<UUID, Long> byWorkflow = new HashMap<>();
    private final Map<String, Double> byReason = new HashMap<>();
    private final Map<LocalDate, Row> counted = new HashMap<>();

    /** Adds numbers of executions by day, status and the reason why they are spared; null if they are deleted. */
    void add(List<Row> rows) {
        for (Row row : rows) {
            double number = row.getDouble("number");
            String reason = row.getString("reason");
            if (reason != null) {
                byReason.merge(reason, number, Double::sum);
                continue;
            }
            byStatus.merge(ExecutionStatus.ofNumber(row.getShort("status")), number, Double::sum);
            byDay.merge(row.getLocalDate("day"), number, Double::sum);
            UUID workflow = row.getUUID("workflow_id");
            if (workflow != null) {
                byWorkflow.merge(workflow, (long) number, Long::sum);
            }
        }
    }

    /** Adds executions that were counted. Rows without a status have the sums of a day. */
    void addCounted(List<Row> rows) {
        add(rows.stream().filter(row -> row.getShort("status") != null).toList());
        rows.stream()
                .filter(row -> row.getShort("status") == null)
                .forEach(day -> counted.put(day.getLocalDate("day"), day));
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
    CleanupPreview toPreview(
            boolean exact, boolean sizesExact, List<DayFigures> days, List<Row> sizes, List<WorkflowCount> workflows) {
        Map<LocalDate, Row> sizesByDay =
                sizes.stream().collect(Collectors.toMap(size -> size.getLocalDate("day"), size -> size));
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
            Row rows = counted.get(day.day());
            Row files = Objects.requireNonNull(sizesByDay.get(day.day()));
            double share = deletable / Math.max(1, day.stored());
            boolean isWhole = rows == null ? day.toCleanupDay().whole() : deletable == day.stored();
            whole += isWhole ? 1 : 0;
            bytes += rows != null && sizesExact && !isWhole ? rows.getLong("bytes") : share * files.getLong("bytes");
            steps += rows != null && sizesExact ? rows.getLong("steps") : share * files.getLong("steps");
            newest = rows == null ? CleanupDay.startOf(day.day()) : Ids.timeOf(rows.getUUID("newest"));
            oldest = oldest != null ? oldest : rows == null ? newest : Ids.timeOf(rows.getUUID("oldest"));
        }
        return new CleanupPreview(
                exact,
                sizesExact,
                new StatusCounts(
                        0,
                        0,
                        rounded(byStatus, ExecutionStatus.SUCCESS),
                        rounded(byStatus, ExecutionStatus.FAILED),
                        rounded(byStatus, ExecutionStatus.CANCELLED),
                        rounded(byStatus, ExecutionStatus.CRASHED)),
                workflows,
                oldest,
                newest,
                Math.round(steps),
                Math.round(bytes),
                whole,
                new Spared(
                        rounded(byReason, "RUNNING"),
                        rounded(byReason, "HELD"),
                        rounded(byReason, "POLICY"),
                        rounded(byReason, "NEWEST"),
                        rounded(byReason, "CHILD")));
    }

    private static <K> long rounded(Map<K, Double> numbers, K key) {
        return Math.max(0, Math.round(numbers.getOrDefault(key, 0.0)));
    }
}
