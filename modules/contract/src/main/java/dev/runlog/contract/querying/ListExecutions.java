package dev.runlog.contract.querying;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/**
 * A page of the viewer's executions; {@link ListOutlines} is faster.
 *
 * @param withCount whether to include the total count if the same statement can return it
 */
public record ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page, boolean withCount)
        implements ReadRequest<ExecutionPage<Execution>> {
    /** A page without a count. */
    public ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page) {
        this(viewer, query, page, false);
    }
}
