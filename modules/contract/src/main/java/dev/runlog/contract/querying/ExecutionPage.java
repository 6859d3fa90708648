package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageEnds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executions in the order of their query.
 *
 * @param count count over all pages; null if it needs a separate {@link CountExecutions}
 * @param scannedTo position at which reading stopped because its time was used up, from where the next page continues;
 *     null if the page is complete
 */
public record ExecutionPage<E extends ListedExecution>(
        List<E> executions,
        PageEnds ends,
        @Nullable Count count,
        @Nullable Cursor scannedTo) implements Message {
    public ExecutionPage {
        executions = List.copyOf(executions);
    }

    /** A complete page without a count. */
    public static <E extends ListedExecution> ExecutionPage<E> of(List<E> executions, PageEnds ends) {
        return new ExecutionPage<>(executions, ends, null, null);
    }

    public ExecutionPage<E> withCount(@Nullable Count counted) {
        return new ExecutionPage<>(executions, ends, counted, scannedTo);
    }
}
