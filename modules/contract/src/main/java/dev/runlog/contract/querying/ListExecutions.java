package dev.runlog.contract.querying;

import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/**
 * A page of the viewer's executions.
 *
 * @param columns what is needed of each of them
 * @param withCount whether to include the total count if the same statement can return it
 */
public record ListExecutions(
        Viewer viewer, ExecutionQuery query, PageRequest page, ExecutionColumns columns, boolean withCount)
        implements ReadRequest<ExecutionPage> {
    /** A page with all columns, without a count. */
    public ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page) {
        this(viewer, query, page, ExecutionColumns.ALL, false);
    }
}
