package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Event;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Announces the changes of one commit, in the order of its events. Changes of the same execution arrive in order. */
public record ExecutionsChanged(List<Change> changes) implements Event {
    public ExecutionsChanged {
        changes = List.copyOf(changes);
    }

    /**
     * A change of one execution.
     *
     * @param before previous status; null if it was unknown. Unchanged for steps, heartbeats and holds
     * @param execution state after the commit
     */
    public record Change(@Nullable ExecutionStatus before, Execution execution) {}
}
