package dev.runlog.gateway.rest;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.CountWorkflows;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListOutlines;
import dev.runlog.contract.querying.ListWorkflows;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pages by offset, over lists that have cursors. Whole days are skipped by their counts, which come from rollups, so an
 * offset may be of any depth; rows are read and skipped within one day only.
 */
final class OffsetPages {
    private static final int ROWS_PER_READ = 500;
    /** About half a second of reading. */
    private static final int ROWS_SKIPPED_MAX = 50_000;
    /** Where the search for a day begins: no execution starts so far ahead. */
    private static final int DAYS_AHEAD = 10_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Bus bus;
    private final Clock clock;

    OffsetPages(Bus bus, Clock clock) {
        this.bus = bus;
        this.clock = clock;
    }

    /** A part of a list, and the number of rows in the whole list. */
    record Page<T>(List<T> rows, long total) {}

    /** Executions of a query without a row filter. Fails with {@code BAD_INPUT} too deep into a day. */
    Future<Page<ExecutionOutline>> executions(Viewer viewer, ExecutionQuery query, long offset, int limit) {
        if (offset <= ROWS_PER_READ) {
            return skip(viewer, query, offset).compose(place -> readPage(viewer, query, place, limit));
        }
        return count(viewer, query).compose(total -> {
            if (offset >= total) {
                return Future.succeededFuture(new Page<>(List.of(), total));
            }
            long tomorrow = LocalDate.now(clock.withZone(ZoneOffset.UTC)).toEpochDay() + 1;
            return findDay(viewer, query, offset, new DaySearch(0, tomorrow + DAYS_AHEAD, 0))
                    .compose(found -> {
                        long rest = offset - found.newer();
                        if (rest > ROWS_SKIPPED_MAX) {
                            throw QueryParameters.invalid(
                                    "offset",
                                    Long.toString(offset),
                                    "an offset of at most " + ROWS_SKIPPED_MAX
                                            + " executions into a UTC day, not " + rest
                                            + "; GraphQL has cursors for any depth");
                        }
                        ExecutionQuery older = query.startedWithin(null, startOf(found.nextDay()));
                        return skip(viewer, older, rest)
                                .compose(place -> outline(viewer, older, place, limit, false))
                                .map(page -> new Page<>(page.executions(), total));
                    });
        });
    }

    /** Workflows, the newest first. Fails with {@code BAD_INPUT} for an offset above 50,000. */
    Future<Page<Workflow>> workflows(Viewer viewer, long offset, int limit) {
        if (offset > ROWS_SKIPPED_MAX) {
            throw QueryParameters.invalid(
                    "offset",
                    Long.toString(offset),
                    "0 to " + ROWS_SKIPPED_MAX + "; GraphQL has cursors for any depth");
        }
        Function<PageRequest, Future<List<Workflow>>> read =
                page -> bus.request(new ListWorkflows(viewer, null, page)).map(ListWorkflows.WorkflowPage::workflows);
        return skip(offset, null, read, workflow -> Cursor.of(Cursor.Order.WORKFLOW, workflow.id()))
                .compose(place -> place.isBeyondEnd()
                        ? Future.succeededFuture(List.<Workflow>of())
                        : read.apply(PageRequest.firstAfter(limit, place.cursor())))
                .compose(rows -> bus.request(new CountWorkflows(viewer, null))
                        .map(counted -> new Page<>(rows, counted.count().atLeast())));
    }

    /** Start of a page: after the cursor, at the start of the list if it is null, or beyond the end of the list. */
    private record Place(@Nullable Cursor cursor, boolean isBeyondEnd) {}

    private Future<Page<ExecutionOutline>> readPage(Viewer viewer, ExecutionQuery query, Place place, int limit) {
        return outline(viewer, query, place, limit, true)
                .compose(page -> page.count() == null
                        ? count(viewer, query).map(total -> new Page<>(page.executions(), total))
                        : Future.succeededFuture(
                                new Page<>(page.executions(), page.count().atLeast())));
    }

    private Future<ExecutionPage<ExecutionOutline>> outline(
            Viewer viewer, ExecutionQuery query, Place place, int limit, boolean withCount) {
        return place.isBeyondEnd()
                ? Future.succeededFuture(ExecutionPage.of(List.of(), new PageEnds(true, false)))
                : list(viewer, query, PageRequest.firstAfter(limit, place.cursor()), withCount);
    }

    private Future<Place> skip(Viewer viewer, ExecutionQuery query, long rows) {
        return skip(
                rows, null, page -> list(viewer, query, page, false).map(ExecutionPage::executions), query::cursorOf);
    }

    /** Fails with {@code OVERLOADED} if the page ended early: an offset cannot express where to continue. */
    private Future<ExecutionPage<ExecutionOutline>> list(
            Viewer viewer, ExecutionQuery query, PageRequest page, boolean withCount) {
        return bus.request(new ListOutlines(viewer, query, page, withCount)).map(read -> {
            if (read.scannedTo() != null) {
                throw RunlogException.overloaded(
                        "Reading these executions takes too long; GraphQL has pages that end early.", RETRY_AFTER);
            }
            return read;
        });
    }

    private static <T> Future<Place> skip(
            long rows,
            @Nullable Cursor after,
            Function<PageRequest, Future<List<T>>> read,
            Function<T, Cursor> cursorOf) {
        if (rows == 0) {
            return Future.succeededFuture(new Place(after, false));
        }
        int size = (int) Math.min(rows, ROWS_PER_READ);
        return read.apply(PageRequest.firstAfter(size, after))
                .compose(found -> found.size() < size
                        ? Future.succeededFuture(new Place(null, true))
                        : skip(rows - size, cursorOf.apply(found.get(size - 1)), read, cursorOf));
    }

    private Future<Long> count(Viewer viewer, ExecutionQuery query) {
        return bus.request(new CountExecutions(viewer, query))
                .map(counted -> counted.count().atLeast());
    }

    /**
     * The search for the day, counted from 1970, in which the row at an offset started.
     *
     * @param day it started on this day or later
     * @param nextDay it started before this day
     * @param newer number of rows that started on {@code nextDay} or later
     */
    private record DaySearch(long day, long nextDay, long newer) {}

    private Future<DaySearch> findDay(Viewer viewer, ExecutionQuery query, long offset, DaySearch search) {
        if (search.nextDay() - search.day() == 1) {
            return Future.succeededFuture(search);
        }
        long middle = (search.day() + search.nextDay()) / 2;
        return count(viewer, query.startedWithin(startOf(middle), null))
                .compose(since -> findDay(
                        viewer,
                        query,
                        offset,
                        since > offset
                                ? new DaySearch(middle, search.nextDay(), search.newer())
                                : new DaySearch(search.day(), middle, since)));
    }

    private static Instant startOf(long day) {
        return LocalDate.ofEpochDay(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
