package dev.runlog.storage.write;

import dev.runlog.contract.model.Workflow;

/**
 * A workflow with the ID of its owner.
 *
 * @param ownerId the ID of {@code workflow.owner()} in the database
 */
public record StoredWorkflow(Workflow workflow, int ownerId) {
    public WorkflowKey key() {
        return new WorkflowKey(workflow.owner(), workflow.key());
    }

    public StoredWorkflow named(String name) {
        return new StoredWorkflow(
                new Workflow(workflow.id(), workflow.owner(), workflow.key(), name, workflow.createdAt()), ownerId);
    }
}
