package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The same page of steps, by index, for each of several of the viewer's executions, in one statement. */
public record ListSteps(Viewer viewer, List<UUID> executionIds, PageRequest page)
        implements ReadRequest<ListSteps.Pages> {
    public ListSteps {
        executionIds = List.copyOf(executionIds);
    }

    /** A page for each execution id of the request. */
    public record Pages(Map<UUID, StepPage> pages) implements Message {
        public Pages {
            pages = Map.copyOf(pages);
        }
    }

    /**
     * Steps by index.
     *
     * @param total how many steps the execution has in all
     */
    public record StepPage(List<Step> steps, PageEnds ends, long total) {
        public StepPage {
            steps = List.copyOf(steps);
        }
    }
}
