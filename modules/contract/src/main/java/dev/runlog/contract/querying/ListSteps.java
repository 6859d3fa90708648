package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Lists the same page of steps for each of several executions of the viewer, in one statement. */
public record ListSteps(Viewer viewer, List<UUID> executionIds, PageRequest page)
        implements ReadRequest<ListSteps.Pages> {
    public ListSteps {
        executionIds = List.copyOf(executionIds);
    }

    /** A page for each execution ID of the request. */
    public record Pages(Map<UUID, StepPage> pages) implements Message {
        public Pages {
            pages = Map.copyOf(pages);
        }
    }

    /**
     * Steps by index.
     *
     * @param total total number of steps of the execution
     */
    public record StepPage(List<Step> steps, PageEnds ends, long total) {
        public StepPage {
            steps = List.copyOf(steps);
        }
    }
}
