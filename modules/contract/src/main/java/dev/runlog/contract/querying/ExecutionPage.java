package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.page.PageEnds;
import java.util.List;

/** Executions in the order of their query, and whether more stand beyond. */
public record ExecutionPage(List<Execution> executions, PageEnds ends) implements Message {
    public ExecutionPage {
        executions = List.copyOf(executions);
    }
}
