package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Count;

/** How many executions the viewer's query has over all its pages. */
public record CountExecutions(Viewer viewer, ExecutionQuery query) implements ReadRequest<CountExecutions.Counted> {

    /** The figure, exact or a bound. */
    public record Counted(Count count) implements Message {}
}
