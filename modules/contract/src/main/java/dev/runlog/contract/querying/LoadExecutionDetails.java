package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The large parts of the viewer's executions; only the parts that are named are read. */
public record LoadExecutionDetails(Viewer viewer, List<UUID> executionIds, Set<ExecutionPart> parts)
        implements ReadRequest<LoadExecutionDetails.Loaded> {
    public LoadExecutionDetails {
        executionIds = List.copyOf(executionIds);
        parts = Set.copyOf(parts);
    }

    /** In no particular order; an execution that is gone is absent. */
    public record Loaded(List<ExecutionDetail> details) implements Message {
        public Loaded {
            details = List.copyOf(details);
        }
    }
}
