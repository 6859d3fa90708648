package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Event;
import java.util.UUID;

/** Announces that a workflow was deleted. If its key is recorded again, it becomes visible again with the same ID. */
public record WorkflowDeleted(UUID workflowId, String owner) implements Event {}
