package dev.runlog.contract.querying;

import dev.runlog.contract.model.Viewer;
import org.jspecify.annotations.Nullable;

/** Counts the workflows of {@link ListWorkflows} over all its pages. */
public record CountWorkflows(Viewer viewer, @Nullable String search) implements ReadRequest<CountExecutions.Counted> {}
