package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import java.util.List;

/**
 * Requests the statistics of the workflows that come first in an order. The range must begin and end with a UTC day;
 * otherwise the request fails with {@code BAD_INPUT}.
 *
 * @param of the owner or workflow and the range; its intervals are ignored
 * @param first maximum number of workflows, 1 to {@link #FIRST_MAX}; otherwise the request fails with {@code BAD_INPUT}
 */
public record GetWorkflowStatistics(GetStatistics of, int first, Order order)
        implements ReadRequest<GetWorkflowStatistics.Found> {
    /** Maximum of {@code first}. */
    public static final int FIRST_MAX = 100;

    @Override
    public Viewer viewer() {
        return of.viewer();
    }

    @Override
    public Owners owners() {
        return of.owners();
    }

    @Override
    public Scope[] scopes() {
        return of.scopes();
    }

    /** The largest first, by this. */
    public enum Order {
        /** Executions that are stored now. */
        STORED,
        /** Executions ever recorded. */
        RECORDED,
        /** Executions that failed or crashed, of all ever recorded. */
        FAILURES,
        AVERAGE_DURATION
    }

    /** In the order of the request. */
    public record Found(List<WorkflowStatistics> workflows) implements Message {
        public Found {
            workflows = List.copyOf(workflows);
        }
    }
}
