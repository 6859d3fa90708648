package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;

/** A page of the viewer's executions. */
public record ListExecutions(Viewer viewer, ExecutionQuery query, PageRequest page) implements Request<ExecutionPage> {}
