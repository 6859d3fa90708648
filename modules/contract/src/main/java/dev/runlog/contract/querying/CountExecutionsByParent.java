package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Count;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Counts the executions of the same query for each of several parents, in one statement. */
public record CountExecutionsByParent(
        Viewer viewer, ListExecutionsByParent.Parent parent, List<UUID> parentIds, ExecutionQuery query)
        implements ReadRequest<CountExecutionsByParent.Counts> {
    public CountExecutionsByParent {
        parentIds = List.copyOf(parentIds);
    }

    /** A count for each parent ID of the request. */
    public record Counts(Map<UUID, Count> counts) implements Message {
        public Counts {
            counts = Map.copyOf(counts);
        }
    }
}
