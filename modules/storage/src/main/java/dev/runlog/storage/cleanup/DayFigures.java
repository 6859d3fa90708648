package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import io.vertx.sqlclient.Row;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a day of a cleanup, from the rollups.
 *
 * @param stored executions of all owners on that day
 * @param excepted whether any execution is held or a spared child; the rollups do not include these
 */
record DayFigures(LocalDate day, long stored, boolean excepted, List<OfStatus> statuses) {
    /**
     * The figures of one status of the day.
     *
     * @param rows executions of the cleanup's owner and workflow
     * @param matched those before the bound
     * @param unkept those of the matched that no policy keeps
     * @param deletable those of the unkept that are not among the newest N
     * @param surely executions of workflows that the cleanup deletes whole on this day; never an estimate
     * @param cut whether a bound lies within the day; then matched, unkept and deletable are estimates
     * @param usual the deletable part, from 0 to 1, of workflows without their own bound
     */
    record OfStatus(
            ExecutionStatus status,
            long rows,
            double matched,
            double unkept,
            double deletable,
            long surely,
            boolean cut,
            double usual) {}

    /** Converts rows that are ordered by day. */
    static List<DayFigures> toList(List<Row> rows) {
        Map<LocalDate, DayFigures> days = new LinkedHashMap<>();
        for (Row row : rows) {
            days.computeIfAbsent(
                            row.getLocalDate("day"),
                            day -> new DayFigures(
                                    day, row.getLong("stored"), row.getBoolean("excepted"), new ArrayList<>()))
                    .statuses
                    .add(toStatus(row));
        }
        return List.copyOf(days.values());
    }

    private static OfStatus toStatus(Row row) {
        return new OfStatus(
                ExecutionStatus.ofNumber(row.getShort("status")),
                row.getLong("rows"),
                row.getDouble("matched"),
                row.getDouble("unkept"),
                row.getDouble("deletable"),
                orZero(row.getLong("surely")),
                orZero(row.getLong("cut")) > 0,
                row.getDouble("usual"));
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    long rows() {
        return statuses.stream().mapToLong(OfStatus::rows).sum();
    }

    double deletable() {
        return statuses.stream().mapToDouble(OfStatus::deletable).sum();
    }

    boolean cut() {
        return statuses.stream().anyMatch(OfStatus::cut);
    }

    /** Whether all executions that have ended, of workflows without their own bound are deletable. */
    boolean isUsuallyWhole() {
        return statuses.stream().allMatch(of -> of.status().isOpen() || of.usual() == 1);
    }

    /** Whether some, but not all, executions of those workflows are deletable. */
    boolean isUsuallyPartial() {
        return !isUsuallyWhole() && statuses.stream().anyMatch(of -> of.usual() > 0);
    }

    CleanupDay toCleanupDay() {
        long surely = statuses.stream().mapToLong(OfStatus::surely).sum();
        return new CleanupDay(day, stored, (long) Math.ceil(deletable()), !excepted && surely == stored);
    }
}
