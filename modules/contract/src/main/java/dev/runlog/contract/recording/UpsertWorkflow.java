package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import org.jspecify.annotations.Nullable;

/**
 * Registers a workflow or renames it.
 *
 * @param name null to keep the name, or to use the key for a new workflow
 * @param owner null for the viewer; another owner requires the scope {@code engine}
 */
public record UpsertWorkflow(
        Viewer viewer,
        String key,
        @Nullable String name,
        @Nullable String owner) implements Request<UpsertWorkflow.Saved> {

    /** The workflow after the change. */
    public record Saved(Workflow workflow) implements Message {}
}
