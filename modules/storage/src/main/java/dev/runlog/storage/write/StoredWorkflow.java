package dev.runlog.storage.write;

import dev.runlog.contract.model.Workflow;

/**
 * A workflow with its owner's number.
 *
 * @param ownerId the number of {@code workflow.owner()}
 */
public record StoredWorkflow(Workflow workflow, int ownerId) {}
