package dev.runlog.contract.querying;

import dev.runlog.contract.model.Viewer;
import org.jspecify.annotations.Nullable;

/** How many workflows {@link ListWorkflows} has over all its pages. */
public record CountWorkflows(Viewer viewer, @Nullable String search) implements ReadRequest<CountExecutions.Counted> {}
