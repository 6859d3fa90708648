package dev.runlog.contract.recording;

import dev.runlog.contract.error.RunlogException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reference to a workflow by ID or by key; exactly one is set. An unknown key is registered.
 *
 * @param name new display name; null to keep the name, or to use the key for a new workflow
 */
public record WorkflowRef(
        @Nullable UUID id, @Nullable String key, @Nullable String name) {
    public WorkflowRef {
        if ((id == null) == (key == null)) {
            throw RunlogException.badInput("Specify a workflow by either its ID or its key.");
        }
    }

    public static WorkflowRef ofId(UUID id) {
        return new WorkflowRef(id, null, null);
    }

    public static WorkflowRef ofKey(String key) {
        return new WorkflowRef(null, key, null);
    }

    /** Returns the reference from the members of an event; null if it names no workflow. */
    public static @Nullable WorkflowRef ofMembers(@Nullable UUID id, @Nullable String key, @Nullable String name) {
        if (id != null || key != null) {
            return new WorkflowRef(id, key, name);
        }
        if (name != null) {
            throw RunlogException.badInput("Invalid `workflowName` (expected the workflow's key or ID with it).");
        }
        return null;
    }

    public WorkflowRef named(String newName) {
        return new WorkflowRef(id, key, newName);
    }
}
