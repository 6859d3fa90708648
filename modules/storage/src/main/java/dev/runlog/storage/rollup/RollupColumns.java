package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The counts of a rollup row, as SQL over the table or view {@code d}. */
public final class RollupColumns {
    private RollupColumns() {}

    /** The column that counts the executions of a status that were ever recorded. */
    public static String recorded(ExecutionStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** How many executions of the statuses are stored now; of all statuses if none is given. */
    public static String present(Set<ExecutionStatus> statuses) {
        return (statuses.isEmpty() ? Set.of(ExecutionStatus.values()) : statuses)
                .stream()
                        .sorted()
                        // Running executions are never deleted.
                        .map(status -> status == ExecutionStatus.RUNNING
                                ? "d.running"
                                : "d." + recorded(status) + " - d." + recorded(status) + "_deleted")
                        .collect(Collectors.joining(" + "));
    }
}
