package dev.runlog.querying;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.statistics.IntervalCounts;
import dev.runlog.storage.statistics.Selection;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the executions of a query by status and start, exactly. The rollups answer a query without further filters,
 * except for partial quarters of an hour at the ends of its range. All others are counted row by row within a time limit.
 */
final class ExecutionFacets {
    private final IntervalCounts rollups;
    private final Rows rows;

    ExecutionFacets(IntervalCounts rollups, Rows rows) {
        this.rollups = rollups;
        this.rows = rows;
    }

    /** Counts rows. */
    interface Rows {
        /**
         * Counts the executions of an owner's query by status and start.
         *
         * @param starts the ascending start times of the groups
         * @return a group for each start; null if that takes too long
         */
        Future<@Nullable List<StatusCounts>> group(String owner, ExecutionQuery query, List<Instant> starts);
    }

    /**
     * Counts the executions of each interval; null if that takes too long.
     *
     * @param bounds start of each interval, ascending, and the end of the last one; all except the first and the last are
     *     quarters of an hour
     */
    Future<@Nullable List<StatusCounts>> count(Owner owner, ExecutionQuery query, List<Instant> bounds) {
        if (!query.filter().isNone() || query.not() != null) {
            return countRows(owner, query, bounds);
        }
        Instant start = IntervalCounts.ceilToQuarter(bounds.get(0));
        Instant end = IntervalCounts.floorToQuarter(bounds.get(bounds.size() - 1));
        if (!start.isBefore(end)) {
            return countRows(owner, query, bounds);
        }
        List<Instant> quarters = new ArrayList<>(bounds);
        quarters.set(0, start);
        quarters.set(quarters.size() - 1, end);
        Selection selection = new Selection(owner.number(), query.workflowIds());
        return rollups.read(owner.subject(), selection, quarters, IntervalCounts.Kind.STORED)
                .compose(counted -> counted.lacksDeleted()
                        ? countRows(owner, query, bounds)
                        : withEnds(owner, query, bounds, quarters, counted.intervals()));
    }

    private Future<@Nullable List<StatusCounts>> countRows(Owner owner, ExecutionQuery query, List<Instant> bounds) {
        List<Instant> starts = bounds.subList(0, bounds.size() - 1);
        ExecutionQuery within = query.startedWithin(starts.get(0), bounds.get(bounds.size() - 1));
        return rows.group(
                owner.subject(), omitsOpen(query) ? within : within.inOrder(ExecutionOrder.STARTED_AT_DESC), starts);
    }

    /** Adds the parts of quarters at both ends to the counts of whole quarters. */
    private Future<@Nullable List<StatusCounts>> withEnds(
            Owner owner,
            ExecutionQuery query,
            List<Instant> bounds,
            List<Instant> quarters,
            List<IntervalCounts.Counted> counted) {
        int last = bounds.size() - 1;
        Future<@Nullable StatusCounts> head = piece(owner, query, bounds.get(0), quarters.get(0));
        Future<@Nullable StatusCounts> tail = piece(owner, query, quarters.get(last), bounds.get(last));
        return Future.all(head, tail).map(all -> {
            StatusCounts first = head.result();
            StatusCounts end = tail.result();
            if (first == null || end == null) {
                return null;
            }
            List<StatusCounts> counts = new ArrayList<>();
            counted.forEach(interval -> counts.add(ofQuery(interval.counts(), query)));
            counts.set(0, counts.get(0).plus(first));
            counts.set(last - 1, counts.get(last - 1).plus(end));
            return counts;
        });
    }

    private Future<@Nullable StatusCounts> piece(Owner owner, ExecutionQuery query, Instant from, Instant to) {
        return from.isBefore(to)
                ? countRows(owner, query, List.of(from, to)).map(counts -> counts == null ? null : counts.get(0))
                : Future.succeededFuture(StatusCounts.NONE);
    }

    /** The order of finishes omits executions that are queued or running. */
    private static boolean omitsOpen(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_FINISH;
    }

    /** The counts of the statuses that the query selects. */
    private static StatusCounts ofQuery(StatusCounts counts, ExecutionQuery query) {
        StatusCounts selected = StatusCounts.NONE;
        for (ExecutionStatus status : query.statusesOrAll()) {
            if (!status.isOpen() || !omitsOpen(query)) {
                selected = selected.plus(StatusCounts.only(status, counts.of(status)));
            }
        }
        return selected;
    }
}
