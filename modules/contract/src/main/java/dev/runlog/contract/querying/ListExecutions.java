package dev.runlog.contract.querying;

import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/**
 * A page of the viewer's executions.
 *
 * @param columns what is needed of each of them
 * @param withCount whether the page is to say how many there are, where that comes with the same statement
 */
public record ListExecutions(
        Viewer viewer, ExecutionQuery query, PageRequest page, ExecutionColumns columns, boolean withCount)
        implements ReadRequest<ExecutionPage> {
    /** A page of whole heads, without a count. */
    public ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page) {
        this(viewer, query, page, ExecutionColumns.ALL, false);
    }
}
