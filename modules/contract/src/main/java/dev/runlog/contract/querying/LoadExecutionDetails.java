package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Loads the given large parts of the viewer's executions. */
public record LoadExecutionDetails(Viewer viewer, List<UUID> executionIds, Set<ExecutionPart> parts)
        implements ReadRequest<LoadExecutionDetails.Loaded> {
    public LoadExecutionDetails {
        executionIds = List.copyOf(executionIds);
        parts = Set.copyOf(parts);
    }

    /** In no particular order; without executions that no longer exist. */
    public record Loaded(List<ExecutionDetail> details) implements Message {
        public Loaded {
            details = List.copyOf(details);
        }
    }
}
