package dev.runlog.recording.batch;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.storage.write.StoredWorkflow;
import dev.runlog.storage.write.WorkflowKey;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The workflows that the events of a batch name. The batch uses them even if they are deleted before it is written,
 * which makes them visible again.
 */
final class NamedWorkflows {
    private final Map<WorkflowKey, StoredWorkflow> byKey = new HashMap<>();
    private final Map<UUID, StoredWorkflow> byId = new HashMap<>();
    private final Map<WorkflowKey, RunlogException> refused;

    NamedWorkflows(Map<WorkflowKey, RunlogException> refused) {
        this.refused = refused;
    }

    /** Keys that must not be registered, with the reasons. */
    Map<WorkflowKey, RunlogException> refused() {
        return refused;
    }

    void add(StoredWorkflow workflow) {
        byKey.put(workflow.key(), workflow);
        byId.put(workflow.workflow().id(), workflow);
    }

    /** An owner's workflow; null if it is unknown or belongs to another owner. */
    @Nullable
    StoredWorkflow find(String owner, WorkflowRef reference) {
        StoredWorkflow workflow = reference.key() != null
                ? byKey.get(new WorkflowKey(owner, reference.key()))
                : reference.id() != null ? byId.get(reference.id()) : null;
        return workflow != null && workflow.workflow().owner().equals(owner) ? workflow : null;
    }
}
