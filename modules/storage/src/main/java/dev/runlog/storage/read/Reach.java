package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
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
 * How far from where it begins a page by start is looked for. A statement opens each partition that its bounds leave,
 * whether it reads of it or not: with a year of days that costs twelve times what the rows cost
 * (docs/decisions/0009-reach-of-a-page.md). Nearly all pages end within days of where they begin; so a page is read
 * within a few days first, and within more where it was not filled. How far was enough is remembered for the next time.
 */
final class Reach {
    private static final List<Duration> STEPS = List.of(Duration.ofDays(2), Duration.ofDays(8), Duration.ofDays(32));
    /** Several lists are seldom filled alike; twice is enough then. */
    private static final Duration FOR_SEVERAL = STEPS.get(1);
    /** The next page of the same list begins a little elsewhere. */
    private static final double MARGIN = 1.25;

    /** Where nothing is remembered: lists of anything but SUCCESS are filled slowly, as most runs end well. */
    private static final int FIRST = 0;

    private static final int FIRST_OF_RARE = 2;
    private static final int REMEMBERED = 1 << 16;

    private final Clock clock;
    /** One more than the step, by the hash of a list; 0 where nothing is known. Where two share a place, one of them is read once more or farther than it need be. */
    private final byte[] steps = new byte[REMEMBERED];

    Reach(Clock clock) {
        this.clock = clock;
    }

    /**
     * Reads a page of an owner's list.
     *
     * @param read reads it in the bounds of the query that it is given; the id is the first column, the rows are in the
     *     order of the read, one more than the page has where there are more
     */
    Future<RowSet<Row>> read(
            String owner, ExecutionQuery query, PageRequest page, Function<ExecutionQuery, Future<RowSet<Row>>> read) {
        if (!goesByDays(query)) {
            return read.apply(query);
        }
        int place = place(owner, query, page);
        int first = query.statuses().isEmpty() || query.statuses().contains(ExecutionStatus.SUCCESS)
                ? FIRST
                : FIRST_OF_RARE;
        int step = steps[place] == 0 ? first : steps[place] - 1;
        return read(new Way(query, page, clock.instant()), step, place, read);
    }

    private Future<RowSet<Row>> read(Way way, int step, int place, Function<ExecutionQuery, Future<RowSet<Row>>> read) {
        ExecutionQuery within = step < STEPS.size() ? way.within(STEPS.get(step)) : way.query();
        return read.apply(within).compose(rows -> {
            boolean filled = rows.size() > way.page().size();
            if (!filled && !within.equals(way.query())) {
                return read(way, step + 1, place, read);
            }
            if (filled) {
                steps[place] = (byte) (step(way.lengthOf(rows)) + 1);
            } else if (way.near() == null && step == STEPS.size()) {
                steps[place] = (byte) (step + 1);
            }
            return Future.succeededFuture(rows);
        });
    }

    /**
     * Reads the same page of each of several lists: within some days first, then farther for those that were not filled.
     *
     * @param of the column that tells whose a row is
     */
    Future<Map<UUID, List<Row>>> readEach(
            List<UUID> ids,
            ExecutionQuery query,
            PageRequest page,
            int of,
            BiFunction<List<UUID>, ExecutionQuery, Future<RowSet<Row>>> read) {
        ExecutionQuery within = goesByDays(query) ? new Way(query, page, clock.instant()).within(FOR_SEVERAL) : query;
        return read.apply(ids, within).compose(near -> {
            Map<UUID, List<Row>> found = grouped(near, of);
            List<UUID> unfilled = ids.stream()
                    .filter(id -> found.getOrDefault(id, List.of()).size() <= page.size())
                    .toList();
            if (within.equals(query) || unfilled.isEmpty()) {
                return Future.succeededFuture(found);
            }
            return read.apply(unfilled, query).map(all -> {
                found.keySet().removeAll(unfilled);
                found.putAll(grouped(all, of));
                return found;
            });
        });
    }

    /** Whether its rows are read in the order of the partitions. */
    private static boolean goesByDays(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_START && !ExecutionSelect.isUnpartitioned(query);
    }

    static Map<UUID, List<Row>> grouped(RowSet<Row> rows, int of) {
        Map<UUID, List<Row>> grouped = new HashMap<>();
        rows.forEach(row -> grouped.computeIfAbsent(row.getUUID(of), id -> new ArrayList<>())
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

    private static int place(String owner, ExecutionQuery query, PageRequest page) {
        int hash = owner.hashCode() * 31 + query.startedWithin(null, null).hashCode();
        hash = hash * 31 + page.size();
        return (hash ^ hash >>> 16) & REMEMBERED - 1;
    }

    /** From where to where a page is read. */
    private record Way(ExecutionQuery query, PageRequest page, Instant now) {
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

        /** The query within a length of time from where the page begins; the query itself where that is no bound. */
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

        /** From the start to the last row. */
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
