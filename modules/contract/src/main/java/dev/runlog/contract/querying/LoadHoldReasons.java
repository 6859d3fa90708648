package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Why the viewer's executions are held. */
public record LoadHoldReasons(Viewer viewer, List<UUID> executionIds) implements ReadRequest<LoadHoldReasons.Loaded> {
    public LoadHoldReasons {
        executionIds = List.copyOf(executionIds);
    }

    /** By execution; one that is not held, or of which nobody said why, is absent. */
    public record Loaded(Map<UUID, String> reasons) implements Message {
        public Loaded {
            reasons = Map.copyOf(reasons);
        }
    }
}
