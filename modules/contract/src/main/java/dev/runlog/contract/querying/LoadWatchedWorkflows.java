package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Workflow;
import java.util.List;
import java.util.UUID;

/**
 * The workflows of executions that subscribers of several owners are about to be shown, in one statement. Each is looked
 * up as the workflow of the owner who watches it, so a workflow of anybody else is absent from the reply.
 */
public record LoadWatchedWorkflows(List<Watched> watched) implements Request<LoadWatchedWorkflows.Loaded> {
    public LoadWatchedWorkflows {
        watched = List.copyOf(watched);
    }

    /** A workflow, and the owner on whose behalf it is looked up. */
    public record Watched(String owner, UUID workflowId) {}

    /** In no particular order. */
    public record Loaded(List<Workflow> workflows) implements Message {
        public Loaded {
            workflows = List.copyOf(workflows);
        }
    }
}
