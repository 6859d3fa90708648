package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Workflow;
import java.util.List;
import java.util.UUID;

/**
 * Loads the workflows of executions that several owners watch, in one statement. The reply omits a workflow that does
 * not belong to the owner who watches it.
 */
public record LoadWatchedWorkflows(List<Watched> watched) implements Request<LoadWatchedWorkflows.Loaded> {
    public LoadWatchedWorkflows {
        watched = List.copyOf(watched);
    }

    /** A workflow and the owner who watches it. */
    public record Watched(String owner, UUID workflowId) {}

    /** In no particular order. */
    public record Loaded(List<Workflow> workflows) implements Message {
        public Loaded {
            workflows = List.copyOf(workflows);
        }
    }
}
