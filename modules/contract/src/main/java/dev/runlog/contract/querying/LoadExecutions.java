package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Loads the viewer's executions by ID. The reply omits those that do not exist or belong to another owner.
 *
 * @param parts the large parts that are loaded with them
 */
public record LoadExecutions(Viewer viewer, List<UUID> ids, Set<ExecutionPart> parts)
        implements ReadRequest<LoadExecutions.Loaded> {
    public LoadExecutions {
        ids = List.copyOf(ids);
        parts = Set.copyOf(parts);
    }

    /** Without large parts. */
    public LoadExecutions(Viewer viewer, List<UUID> ids) {
        this(viewer, ids, Set.of());
    }

    /** In no particular order. */
    public record Loaded(List<Execution> executions) implements Message {
        public Loaded {
            executions = List.copyOf(executions);
        }
    }
}
