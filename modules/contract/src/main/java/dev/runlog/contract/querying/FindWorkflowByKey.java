package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import org.jspecify.annotations.Nullable;

/** Finds the viewer's workflow by its key. */
public record FindWorkflowByKey(Viewer viewer, String key) implements ReadRequest<FindWorkflowByKey.Found> {

    /** The workflow; null if the viewer has none with that key. */
    public record Found(@Nullable Workflow workflow) implements Message {}
}
