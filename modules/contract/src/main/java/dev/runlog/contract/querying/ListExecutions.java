package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/**
 * A page of the viewer's executions.
 *
 * @param withCount whether the page is to say how many there are, where that comes with the same statement
 */
public record ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page, boolean withCount)
        implements Request<ExecutionPage> {
    public ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page) {
        this(viewer, query, page, false);
    }
}
