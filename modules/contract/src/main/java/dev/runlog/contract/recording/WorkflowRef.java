package dev.runlog.contract.recording;

import dev.runlog.contract.error.RunlogException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reference to a workflow by ID or by key; exactly one is set. An unknown key is registered. */
public record WorkflowRef(@Nullable UUID id, @Nullable String key) {
    public WorkflowRef {
        if ((id == null) == (key == null)) {
            throw RunlogException.badInput("Specify a workflow by either its ID or its key.");
        }
    }

    public static WorkflowRef ofId(UUID id) {
        return new WorkflowRef(id, null);
    }

    public static WorkflowRef ofKey(String key) {
        return new WorkflowRef(null, key);
    }
}
