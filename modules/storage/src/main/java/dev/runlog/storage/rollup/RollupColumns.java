package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** SQL expressions for counts by status. */
public final class RollupColumns {
    /** Counts executions by status, in the columns of a rollup. */
    public static final String COUNTS = """
            count(*) FILTER (WHERE status = 2) AS success, count(*) FILTER (WHERE status = 3) AS failed,
            count(*) FILTER (WHERE status = 4) AS cancelled, count(*) FILTER (WHERE status = 5) AS crashed""";

    /** The number of executions in a rollup row {@code d} whose durations are in its sum. */
    public static final String TIMED = "d.success + d.failed + d.cancelled + d.crashed - d.unstarted";

    private RollupColumns() {}

    /** The column with the number of executions ever recorded with a status. */
    public static String recorded(ExecutionStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** The number of stored executions, in a rollup row {@code d}, with the statuses; with any status if there are none. */
    public static String present(Set<ExecutionStatus> statuses) {
        return (statuses.isEmpty() ? Set.of(ExecutionStatus.values()) : statuses)
                .stream()
                        .sorted()
                        // Executions that are queued or running are never deleted.
                        .map(status -> status.isOpen()
                                ? "d." + recorded(status)
                                : "d." + recorded(status) + " - d." + recorded(status) + "_deleted")
                        .collect(Collectors.joining(" + "));
    }
}
