package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Loads the reasons why the viewer's executions are held. */
public record LoadHoldReasons(Viewer viewer, List<UUID> executionIds) implements ReadRequest<LoadHoldReasons.Loaded> {
    public LoadHoldReasons {
        executionIds = List.copyOf(executionIds);
    }

    /** Reasons by execution ID, without executions that are not held or have no reason. */
    public record Loaded(Map<UUID, String> reasons) implements Message {
        public Loaded {
            reasons = Map.copyOf(reasons);
        }
    }
}
