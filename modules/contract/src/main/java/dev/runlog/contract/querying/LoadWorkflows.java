package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Workflow;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Workflows by their ids; those that are unknown or another's are absent from the reply.
 *
 * @param owner whose they must be; null where the ids come from executions that were seen
 */
public record LoadWorkflows(@Nullable String owner, List<UUID> ids) implements Request<LoadWorkflows.Loaded> {
    public LoadWorkflows {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<Workflow> workflows) implements Message {
        public Loaded {
            workflows = List.copyOf(workflows);
        }
    }
}
