package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Execution;
import java.util.List;
import java.util.UUID;

/** An owner's executions by their ids; those that are unknown or another's are absent from the reply. */
public record LoadExecutions(String owner, List<UUID> ids) implements Request<LoadExecutions.Loaded> {
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
