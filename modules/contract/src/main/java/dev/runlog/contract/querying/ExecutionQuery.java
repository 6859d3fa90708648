package dev.runlog.contract.querying;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.page.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which executions, in which order. All that is set must hold.
 *
 * @param statuses one of these; empty for any
 * @param startedAfter at or after
 * @param startedBefore before
 */
public record ExecutionQuery(
        @Nullable UUID workflowId,
        Set<ExecutionStatus> statuses,
        @Nullable Instant startedAfter,
        @Nullable Instant startedBefore,
        RowFilter filter,
        ExecutionOrder order) {

    public ExecutionQuery {
        // All statuses are no filter: one shape of SQL less, and the index without a predicate serves it.
        statuses = statuses.size() == ExecutionStatus.values().length ? Set.of() : Set.copyOf(statuses);
    }

    /** Everything, newest first. */
    public static ExecutionQuery all() {
        return new ExecutionQuery(null, Set.of(), null, null, RowFilter.NONE, ExecutionOrder.STARTED_AT_DESC);
    }

    public ExecutionQuery ofWorkflow(@Nullable UUID id) {
        return new ExecutionQuery(id, statuses, startedAfter, startedBefore, filter, order);
    }

    public ExecutionQuery withStatuses(Set<ExecutionStatus> wanted) {
        return new ExecutionQuery(workflowId, wanted, startedAfter, startedBefore, filter, order);
    }

    /** The same in other bounds of the start: at or after the first, before the second. */
    public ExecutionQuery startedWithin(@Nullable Instant after, @Nullable Instant before) {
        return new ExecutionQuery(workflowId, statuses, after, before, filter, order);
    }

    public ExecutionQuery inOrder(ExecutionOrder wanted) {
        return new ExecutionQuery(workflowId, statuses, startedAfter, startedBefore, filter, wanted);
    }

    /** The statuses as a set in their own order; every status where none is asked for. */
    public Set<ExecutionStatus> statusesOrAll() {
        return statuses.isEmpty() ? EnumSet.allOf(ExecutionStatus.class) : EnumSet.copyOf(statuses);
    }

    /** The place of an execution in this query's order. */
    public Cursor cursorOf(Execution execution) {
        Duration duration = execution.duration();
        return order.cursorOrder() == Cursor.Order.EXECUTION_START
                ? Cursor.of(Cursor.Order.EXECUTION_START, execution.id())
                : new Cursor(
                        Cursor.Order.EXECUTION_DURATION,
                        duration == null ? RUNNING_DURATION_MILLIS : duration.toMillis(),
                        execution.id());
    }

    /** What a running execution counts as where duration is the order. */
    public static final long RUNNING_DURATION_MILLIS = -1;
}
