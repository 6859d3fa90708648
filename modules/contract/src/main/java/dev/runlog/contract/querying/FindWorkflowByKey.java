package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import org.jspecify.annotations.Nullable;

/** The viewer's workflow of a key. */
public record FindWorkflowByKey(Viewer viewer, String key) implements ReadRequest<FindWorkflowByKey.Found> {

    /** The workflow; null where the viewer has none of that key. */
    public record Found(@Nullable Workflow workflow) implements Message {}
}
