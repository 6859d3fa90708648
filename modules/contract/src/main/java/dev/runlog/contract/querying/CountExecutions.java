package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Count;

/** Counts the executions of a query over all its pages. */
public record CountExecutions(Viewer viewer, ExecutionQuery query) implements ReadRequest<CountExecutions.Counted> {

    /** The count, exact or a lower bound. */
    public record Counted(Count count) implements Message {}
}
