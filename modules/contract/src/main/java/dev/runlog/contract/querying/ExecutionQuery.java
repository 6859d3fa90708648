package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Filter and order of executions. All given conditions must hold.
 *
 * @param workflowIds any of these; empty for all
 * @param statuses any of these; empty for all
 * @param startedAfter inclusive
 * @param startedBefore exclusive
 * @param not none of its conditions may hold; null for none. Its own {@code not} is null, its order is ignored
 */
public record ExecutionQuery(
        Set<UUID> workflowIds,
        Set<ExecutionStatus> statuses,
        @Nullable Instant startedAfter,
        @Nullable Instant startedBefore,
        RowFilter filter,
        @Nullable ExecutionQuery not,
        ExecutionOrder order) {

    /** Duration of a running execution for sorting. */
    public static final long RUNNING_DURATION_MILLIS = -1;

    public ExecutionQuery {
        workflowIds = Set.copyOf(workflowIds);
        // A filter on all statuses is dropped: one SQL variant less, served by the index without a predicate.
        statuses = statuses.size() == ExecutionStatus.values().length ? Set.of() : Set.copyOf(statuses);
    }

    /** Everything, newest first. */
    public static ExecutionQuery all() {
        return new ExecutionQuery(Set.of(), Set.of(), null, null, RowFilter.NONE, null, ExecutionOrder.STARTED_AT_DESC);
    }

    /** The only workflow; null for none or several. */
    public @Nullable UUID workflowId() {
        return workflowIds.size() == 1 ? workflowIds.iterator().next() : null;
    }

    /** The query for one of several parents; matches nothing if its filter names another one. */
    public ExecutionQuery ofParent(Parent parent, UUID id) {
        return switch (parent) {
            case WORKFLOW -> isOther(workflowIds, id) ? nothing() : ofWorkflow(id);
            case EXECUTION ->
                isOther(filter.parentId(), id)
                        ? nothing()
                        : filteredBy(filter.toBuilder().parentId(id).build());
            case RETRIED ->
                isOther(filter.retryOf(), id)
                        ? nothing()
                        : filteredBy(filter.toBuilder().retryOf(id).build());
        };
    }

    private static boolean isOther(Set<UUID> given, UUID id) {
        return !given.isEmpty() && !given.contains(id);
    }

    private static boolean isOther(@Nullable UUID given, UUID id) {
        return given != null && !given.equals(id);
    }

    public ExecutionQuery ofWorkflow(@Nullable UUID id) {
        return ofWorkflows(id == null ? Set.of() : Set.of(id));
    }

    public ExecutionQuery ofWorkflows(Set<UUID> ids) {
        return new ExecutionQuery(ids, statuses, startedAfter, startedBefore, filter, not, order);
    }

    public ExecutionQuery withStatuses(Set<ExecutionStatus> wanted) {
        return new ExecutionQuery(workflowIds, wanted, startedAfter, startedBefore, filter, not, order);
    }

    public ExecutionQuery withoutStatuses() {
        return withStatuses(Set.of());
    }

    /** Replaces the start range: {@code after} is inclusive, {@code before} exclusive. */
    public ExecutionQuery startedWithin(@Nullable Instant after, @Nullable Instant before) {
        return new ExecutionQuery(workflowIds, statuses, after, before, filter, not, order);
    }

    public ExecutionQuery filteredBy(RowFilter wanted) {
        return new ExecutionQuery(workflowIds, statuses, startedAfter, startedBefore, wanted, not, order);
    }

    public ExecutionQuery butNot(@Nullable ExecutionQuery unwanted) {
        return new ExecutionQuery(workflowIds, statuses, startedAfter, startedBefore, filter, unwanted, order);
    }

    public ExecutionQuery inOrder(ExecutionOrder wanted) {
        return new ExecutionQuery(workflowIds, statuses, startedAfter, startedBefore, filter, not, wanted);
    }

    /** A query in the same order that matches nothing. */
    public ExecutionQuery nothing() {
        return startedWithin(Instant.EPOCH, Instant.EPOCH);
    }

    /** Whether no execution can match, because the start range is empty. */
    public boolean matchesNothing() {
        return startedAfter != null && startedBefore != null && !startedAfter.isBefore(startedBefore);
    }

    /** The statuses in declaration order; all of them without a status filter. */
    public Set<ExecutionStatus> statusesOrAll() {
        return statuses.isEmpty() ? EnumSet.allOf(ExecutionStatus.class) : EnumSet.copyOf(statuses);
    }

    /** Returns the position of an execution in this query's order. */
    public Cursor cursorOf(ListedExecution execution) {
        return switch (order.cursorOrder()) {
            case EXECUTION_DURATION -> {
                Duration duration = execution.duration();
                yield new Cursor(
                        Cursor.Order.EXECUTION_DURATION,
                        duration == null ? RUNNING_DURATION_MILLIS : duration.toMillis(),
                        execution.id());
            }
            case EXECUTION_FINISH -> {
                Instant finishedAt = execution.finishedAt();
                yield new Cursor(
                        Cursor.Order.EXECUTION_FINISH,
                        finishedAt == null ? 0 : finishedAt.toEpochMilli(),
                        execution.id());
            }
            default -> Cursor.of(Cursor.Order.EXECUTION_START, execution.id());
        };
    }

    /** The time of a position: of the start or the finish, as the query is ordered; null in the order of durations. */
    public @Nullable Instant timeOf(Cursor cursor) {
        return switch (cursor.order()) {
            case EXECUTION_START -> Ids.timeOf(cursor.id());
            case EXECUTION_FINISH -> Instant.ofEpochMilli(cursor.value());
            default -> null;
        };
    }
}
