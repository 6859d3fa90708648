package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Event;
import java.util.List;
import java.util.UUID;

/** Announces that workflows were renamed, or became visible again after their deletion. */
public record WorkflowsChanged(List<UUID> ids) implements Event {
    public WorkflowsChanged {
        ids = List.copyOf(ids);
    }
}
