package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageEnds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executions in the order of their query, and whether more stand beyond.
 *
 * @param count how many there are over all pages; null where {@link CountExecutions} has to be asked
 */
public record ExecutionPage(
        List<Execution> executions, PageEnds ends, @Nullable Count count) implements Message {
    public ExecutionPage {
        executions = List.copyOf(executions);
    }

    /** A page that does not say how many there are. */
    public static ExecutionPage of(List<Execution> executions, PageEnds ends) {
        return new ExecutionPage(executions, ends, null);
    }
}
