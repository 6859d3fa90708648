package dev.runlog.contract.recording;

import dev.runlog.contract.error.RunlogException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A workflow by its id or by its owner's key; exactly one of them is set. An unknown key is registered. */
public record WorkflowRef(@Nullable UUID id, @Nullable String key) {
    public WorkflowRef {
        if ((id == null) == (key == null)) {
            throw RunlogException.badInput("Give the workflow's id or its key, one of them.");
        }
    }

    public static WorkflowRef ofId(UUID id) {
        return new WorkflowRef(id, null);
    }

    public static WorkflowRef ofKey(String key) {
        return new WorkflowRef(null, key);
    }
}
