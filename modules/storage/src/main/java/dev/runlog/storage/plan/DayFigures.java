package dev.runlog.storage.plan;

import dev.runlog.contract.model.ExecutionStatus;
import io.vertx.sqlclient.Row;
import java.time.LocalDate;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Figures of a day of a cleanup, from the rollups.
 *
 * @param rows a row for each status and for each reason why executions are spared; null if they are deletable
 */
record DayFigures(LocalDate day, List<Row> rows) {
    /** Returns the days in order. */
    static List<DayFigures> toList(List<Row> rows) {
        return rows.stream()
                .collect(Collectors.groupingBy(row -> row.getLocalDate("day"), TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(day -> new DayFigures(day.getKey(), day.getValue()))
                .toList();
    }

    /** Executions of all owners. */
    long stored() {
        return rows.get(0).getLong("stored");
    }

    /** Executions of the cleanup's owner and workflow. */
    long executions() {
        return deletableRows().stream()
                .mapToLong(row -> row.getLong("executions"))
                .sum();
    }

    double deletable() {
        return deletableRows().stream()
                .mapToDouble(row -> row.getDouble("number"))
                .sum();
    }

    /** The deletable part, from 0 to 1, of executions with this status of workflows without their own bound. */
    double usualPart(ExecutionStatus status) {
        return deletableRows().stream()
                .filter(row -> row.getShort("status") == status.number())
                .mapToDouble(row -> row.getDouble("usual_part"))
                .sum();
    }

    private List<Row> deletableRows() {
        return rows.stream().filter(row -> row.getString("reason") == null).toList();
    }

    /** Whether a bound lies within the day. Then its figures are estimates. */
    boolean cut() {
        return rows.stream().anyMatch(row -> row.getBoolean("cut"));
    }

    /** Whether any execution is held or a spared child, which the rollups do not know. */
    boolean hasHeldOrSpared() {
        return rows.get(0).getBoolean("excepted");
    }

    CleanupDay toCleanupDay() {
        // Without a cut, every part is 0 or 1, so the sum is exact.
        boolean whole = !hasHeldOrSpared() && !cut() && deletable() == stored();
        return new CleanupDay(day, stored(), (long) Math.ceil(deletable()), whole);
    }
}
