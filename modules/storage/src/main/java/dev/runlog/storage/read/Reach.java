package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.storage.known.Owner;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Limits the days that a page ordered by start is read from. A statement opens each partition within its bounds, even
 * without reading from it: with a year of days that costs twelve times as much as the rows
 * (docs/decisions/0009-reach-of-a-page.md). Nearly all pages end within days of their start. So a page is read from a
 * few days first, and from more days if it was not filled. The number of days is remembered for the next read.
 */
final class Reach {
    private static final List<Duration> STEPS = List.of(Duration.ofDays(2), Duration.ofDays(8), Duration.ofDays(32));
    /** For several lists at once, which rarely need the same number of days: this step, then all days. */
    private static final Duration STEP_FOR_SEVERAL = STEPS.get(1);
    /** Allows for a different start of the next page. */
    private static final double MARGIN = 1.25;

    /** First steps of an unknown list. Lists without SUCCESS need more days, because most runs succeed. */
    private static final int FIRST_STEP = 0;

    private static final int FIRST_STEP_WITHOUT_SUCCESS = 2;
    private static final int LISTS_REMEMBERED = 1 << 16;

    private final Clock clock;
    /**
     * One more than the step by hash of a list; 0 means unknown. After a collision, a list is read from too few or too
     * many days first.
     */
    private final byte[] steps = new byte[LISTS_REMEMBERED];

    Reach(Clock clock) {
        this.clock = clock;
    }

    /**
     * Reads a page of an owner's list.
     *
     * @param read reads the rows of a query in reading order, up to one more than the page has; the ID is the first
     *     column
     */
    Future<RowSet<Row>> read(
            Owner owner, ExecutionQuery query, PageRequest page, Function<ExecutionQuery, Future<RowSet<Row>>> read) {
        if (!readsByDay(query)) {
            return read.apply(query);
        }
        int slot = slot(owner, query, page);
        int first = query.statuses().isEmpty() || query.statuses().contains(ExecutionStatus.SUCCESS)
                ? FIRST_STEP
                : FIRST_STEP_WITHOUT_SUCCESS;
        int step = steps[slot] == 0 ? first : steps[slot] - 1;
        return read(new Span(query, page, clock.instant()), step, slot, read);
    }

    private Future<RowSet<Row>> read(
            Span span, int step, int slot, Function<ExecutionQuery, Future<RowSet<Row>>> read) {
        ExecutionQuery within = step < STEPS.size() ? span.within(STEPS.get(step)) : span.query();
        return read.apply(within).compose(rows -> {
            boolean filled = rows.size() > span.page().size();
            if (!filled && !within.equals(span.query())) {
                return read(span, step + 1, slot, read);
            }
            if (filled) {
                steps[slot] = (byte) (step(span.lengthOf(rows)) + 1);
            } else if (span.near() == null && step == STEPS.size()) {
                steps[slot] = (byte) (step + 1);
            }
            return Future.succeededFuture(rows);
        });
    }

    /**
     * Reads the same page of several lists: from some days first, then from all days for the lists that were not
     * filled.
     *
     * @param listColumn the column with the ID of the list
     */
    Future<Map<UUID, List<Row>>> readEach(
            List<UUID> ids,
            ExecutionQuery query,
            PageRequest page,
            int listColumn,
            BiFunction<List<UUID>, ExecutionQuery, Future<RowSet<Row>>> read) {
        ExecutionQuery within =
                readsByDay(query) ? new Span(query, page, clock.instant()).within(STEP_FOR_SEVERAL) : query;
        return read.apply(ids, within).compose(near -> {
            Map<UUID, List<Row>> found = grouped(near, listColumn);
            List<UUID> unfilled = ids.stream()
                    .filter(id -> found.getOrDefault(id, List.of()).size() <= page.size())
                    .toList();
            if (within.equals(query) || unfilled.isEmpty()) {
                return Future.succeededFuture(found);
            }
            return read.apply(unfilled, query).map(all -> {
                found.keySet().removeAll(unfilled);
                found.putAll(grouped(all, listColumn));
                return found;
            });
        });
    }

    /** Whether rows are read in the order of the partitions. */
    private static boolean readsByDay(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_START
                && query.filter().externalId() == null
                && !Source.of(query).isListOfFailures();
    }

    static Map<UUID, List<Row>> grouped(RowSet<Row> rows, int listColumn) {
        Map<UUID, List<Row>> grouped = new HashMap<>();
        rows.forEach(row -> grouped.computeIfAbsent(row.getUUID(listColumn), id -> new ArrayList<>())
                .add(row));
        return grouped;
    }

    private static int step(Duration length) {
        int step = 0;
        while (step < STEPS.size() && STEPS.get(step).toMillis() < length.toMillis() * MARGIN) {
            step++;
        }
        return step;
    }

    private static int slot(Owner owner, ExecutionQuery query, PageRequest page) {
        int hash = owner.number() * 31 + query.startedWithin(null, null).hashCode();
        hash = hash * 31 + page.size();
        return (hash ^ hash >>> 16) & LISTS_REMEMBERED - 1;
    }

    /** The time span from which a page is read. */
    private record Span(ExecutionQuery query, PageRequest page, Instant now) {
        private boolean descends() {
            return query.order().isDescending() != page.backward();
        }

        @Nullable
        Cursor near() {
            return page.backward() ? page.before() : page.after();
        }

        private @Nullable Cursor far() {
            return page.backward() ? page.after() : page.before();
        }

        private @Nullable Instant start() {
            return descends()
                    ? earlier(now, earlier(query.startedBefore(), timeOf(near())))
                    : later(query.startedAfter(), timeOf(near()));
        }

        private @Nullable Instant end() {
            return descends()
                    ? later(query.startedAfter(), timeOf(far()))
                    : earlier(now, earlier(query.startedBefore(), timeOf(far())));
        }

        /**
         * The query limited to a duration from the start of the page; the unchanged query if that is no restriction.
         */
        ExecutionQuery within(Duration length) {
            Instant start = start();
            Instant end = end();
            if (start == null) {
                return query;
            }
            if (descends()) {
                Instant bound = start.minus(length);
                return bound.isBefore(Instant.EPOCH) || end != null && !bound.isAfter(end)
                        ? query
                        : query.startedWithin(bound, query.startedBefore());
            }
            Instant bound = start.plus(length);
            return end != null && !bound.isBefore(end) ? query : query.startedWithin(query.startedAfter(), bound);
        }

        /** The duration from the start to the last row. */
        Duration lengthOf(RowSet<Row> rows) {
            Instant start = start();
            Instant last = start;
            for (Row row : rows) {
                last = Ids.timeOf(row.getUUID(0));
            }
            return start == null || last == null
                    ? Duration.ZERO
                    : Duration.between(start, last).abs();
        }

        private static @Nullable Instant timeOf(@Nullable Cursor cursor) {
            return cursor == null ? null : Ids.timeOf(cursor.id());
        }

        private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
            return one == null || other != null && other.isBefore(one) ? other : one;
        }

        private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
            return one == null || other != null && other.isAfter(one) ? other : one;
        }
    }
}
