package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the viewer's workflows, latest registration first.
 *
 * @param search part of the name or key, case-insensitive; null for all
 */
public record ListWorkflows(Viewer viewer, @Nullable String search, PageRequest page)
        implements ReadRequest<ListWorkflows.WorkflowPage> {

    /** Workflows, latest registration first. */
    public record WorkflowPage(List<Workflow> workflows, PageEnds ends) implements Message {
        public WorkflowPage {
            workflows = List.copyOf(workflows);
        }
    }
}
