package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Viewer;
import org.jspecify.annotations.Nullable;

/** Finds the viewer's execution with an external ID. */
public record FindExecution(Viewer viewer, ExternalId externalId) implements ReadRequest<FindExecution.Found> {
    /** The execution; null if there is none. */
    public record Found(@Nullable Execution execution) implements Message {}
}
