package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/**
 * A page of the viewer's executions in outline.
 *
 * @param withCount whether to include the total count if the same statement can return it
 */
public record ListOutlines(Viewer viewer, ExecutionQuery query, PageRequest page, boolean withCount)
        implements ReadRequest<ExecutionPage<ExecutionOutline>> {}
