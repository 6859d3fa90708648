package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Filter and order of executions. All given conditions must hold.
 *
 * @param statuses any of these; empty for all
 * @param startedAfter inclusive
 * @param startedBefore exclusive
 */
public record ExecutionQuery(
        @Nullable UUID workflowId,
        Set<ExecutionStatus> statuses,
        @Nullable Instant startedAfter,
        @Nullable Instant startedBefore,
        RowFilter filter,
        ExecutionOrder order) {

    public ExecutionQuery {
        // A filter on all statuses is dropped: one SQL variant less, served by the index without a predicate.
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

    /** Replaces the start range: {@code after} is inclusive, {@code before} exclusive. */
    public ExecutionQuery startedWithin(@Nullable Instant after, @Nullable Instant before) {
        return new ExecutionQuery(workflowId, statuses, after, before, filter, order);
    }

    public ExecutionQuery inOrder(ExecutionOrder wanted) {
        return new ExecutionQuery(workflowId, statuses, startedAfter, startedBefore, filter, wanted);
    }

    /** The statuses in declaration order; all of them without a status filter. */
    public Set<ExecutionStatus> statusesOrAll() {
        return statuses.isEmpty() ? EnumSet.allOf(ExecutionStatus.class) : EnumSet.copyOf(statuses);
    }

    /** Returns the position of an execution in this query's order. */
    public Cursor cursorOf(ListedExecution execution) {
        Duration duration = execution.duration();
        return order.cursorOrder() == Cursor.Order.EXECUTION_START
                ? Cursor.of(Cursor.Order.EXECUTION_START, execution.id())
                : new Cursor(
                        Cursor.Order.EXECUTION_DURATION,
                        duration == null ? RUNNING_DURATION_MILLIS : duration.toMillis(),
                        execution.id());
    }

    /** Duration of a running execution for sorting. */
    public static final long RUNNING_DURATION_MILLIS = -1;
}
