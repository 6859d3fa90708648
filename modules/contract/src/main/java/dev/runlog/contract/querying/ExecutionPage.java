package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageEnds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executions in the order of their query.
 *
 * @param count count over all pages; null if it needs a separate {@link CountExecutions}
 */
public record ExecutionPage<E extends ListedExecution>(
        List<E> executions, PageEnds ends, @Nullable Count count) implements Message {
    public ExecutionPage {
        executions = List.copyOf(executions);
    }

    /** A page without a count. */
    public static <E extends ListedExecution> ExecutionPage<E> of(List<E> executions, PageEnds ends) {
        return new ExecutionPage<>(executions, ends, null);
    }
}
