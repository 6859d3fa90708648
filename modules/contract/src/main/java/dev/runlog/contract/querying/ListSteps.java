package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists the same page of steps for each of several executions of the viewer, in one statement.
 *
 * @param parts the large parts that are read; others are null
 * @param withTotal whether the steps of each execution are counted
 */
public record ListSteps(
        Viewer viewer, List<UUID> executionIds, PageRequest page, Set<StepPart> parts, boolean withTotal)
        implements ReadRequest<ListSteps.Pages> {
    public ListSteps {
        executionIds = List.copyOf(executionIds);
        parts = Set.copyOf(parts);
    }

    /** A page for each execution ID of the request; empty, with total 0, if the viewer has no such execution. */
    public record Pages(Map<UUID, StepPage> pages) implements Message {
        public Pages {
            pages = Map.copyOf(pages);
        }
    }

    /**
     * Steps by index.
     *
     * @param total total number of steps of the execution; null if they were not counted
     */
    public record StepPage(
            List<Step> steps, PageEnds ends, @Nullable Long total) {
        public StepPage {
            steps = List.copyOf(steps);
        }
    }
}
