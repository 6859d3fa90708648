package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.UUID;

/** Loads the viewer's executions by ID. The reply omits those that do not exist or belong to another owner. */
public record LoadExecutions(Viewer viewer, List<UUID> ids) implements ReadRequest<LoadExecutions.Loaded> {
    public LoadExecutions {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<Execution> executions) implements Message {
        public Loaded {
            executions = List.copyOf(executions);
        }
    }
}
