package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Lists the same page of executions for each of several parents, in one statement. The page is empty for a parent
 * without executions of the viewer.
 */
public record ListExecutionsByParent(
        Viewer viewer, Parent parent, List<UUID> parentIds, ExecutionQuery query, PageRequest page)
        implements ReadRequest<ListExecutionsByParent.Pages> {
    public ListExecutionsByParent {
        parentIds = List.copyOf(parentIds);
    }

    /** Parent that the executions belong to. */
    public enum Parent {
        WORKFLOW,
        /** The execution that started them; it has the same owner. */
        EXECUTION,
        /** The execution that they retry; it has the same owner. */
        RETRIED
    }

    /** A page for each parent ID of the request. */
    public record Pages(Map<UUID, ExecutionPage<Execution>> pages) implements Message {
        public Pages {
            pages = Map.copyOf(pages);
        }
    }
}
