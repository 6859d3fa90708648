package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Event;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Announces what one commit changed, in the order of its events. Changes of one execution are announced in order. */
public record ExecutionsChanged(List<Change> changes) implements Event {
    public ExecutionsChanged {
        changes = List.copyOf(changes);
    }

    /**
     * One execution's change.
     *
     * @param before its status before; null where it was unknown. The same as after for steps, heartbeats and holds
     * @param execution as it stands after the commit
     */
    public record Change(@Nullable ExecutionStatus before, Execution execution) {}
}
