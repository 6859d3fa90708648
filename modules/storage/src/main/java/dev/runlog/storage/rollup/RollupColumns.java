package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** SQL expressions for the counts of a rollup row {@code d}. */
public final class RollupColumns {
    private RollupColumns() {}

    /** The column with the number of executions ever recorded with a status. */
    public static String recorded(ExecutionStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** The number of stored executions with the statuses; with any status if the set is empty. */
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
