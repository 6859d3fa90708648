package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list with conditions that no index serves. Such a read may look at any number of rows, so it proceeds in
 * slices: an index finds the position that lies some rows ahead, and a second statement reads the rows up to there. The
 * size of a slice follows the time of the last one. Reading ends when the time is used up; it can continue at the
 * position of the last slice. Other readers take their turns between statements.
 */
final class SliceScan {
    private static final int FIRST_ROWS = 200;
    /** A search decompresses large texts. */
    private static final int FIRST_ROWS_OF_SEARCH = 64;

    private static final int ROWS_MIN = 8;
    private static final Duration FAST = Duration.ofMillis(50);
    private static final Duration SLOW = Duration.ofMillis(150);

    private final Database database;
    private final Allowance allowance;
    private final ReadLimits limits;
    private final LongSupplier nanoTime;

    SliceScan(Database database, Allowance allowance, ReadLimits limits, LongSupplier nanoTime) {
        this.database = database;
        this.allowance = allowance;
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    SliceScan within(Allowance given) {
        return new SliceScan(database, given, limits, nanoTime);
    }

    /** The end of the time for a read that begins now, as {@link System#nanoTime}. */
    long deadline() {
        return nanoTime.getAsLong() + limits.timeMax().toNanos();
    }

    /** The end of the time for the next of several reads that share the time until a deadline. */
    long shareOf(long deadline, int reads) {
        long now = nanoTime.getAsLong();
        return now + Math.max(0, deadline - now) / reads;
    }

    /**
     * Rows of a page in reading order, up to one more than it has.
     *
     * @param scannedTo where reading stopped because its time was used up; null if the page is complete
     */
    record Scanned(List<Row> rows, @Nullable Cursor scannedTo) {}

    Future<Scanned> page(Owner owner, Source source, PageRequest page, boolean outline, long deadline) {
        List<Row> found = new ArrayList<>();
        int wanted = page.size() + 1;
        return scan(owner, source, SliceRange.of(source.query(), page), deadline, range -> run(
                                owner,
                                "list-slice",
                                ExecutionSelect.slice(owner, source, range, wanted - found.size(), outline))
                        .map(rows -> {
                            rows.forEach(found::add);
                            return found.size() == wanted;
                        }))
                .map(scannedTo -> new Scanned(found, scannedTo));
    }

    /** Counts rows, up to a maximum. */
    Future<Count> count(Owner owner, Source source, int rowsMax, long deadline) {
        long[] found = {0};
        return scan(owner, source, SliceRange.of(source.query()), deadline, range -> run(
                                owner, "count-slice", ExecutionSelect.countSlice(owner, source, range))
                        .map(rows -> {
                            found[0] += rows.iterator().next().getLong("rows");
                            return found[0] > rowsMax;
                        }))
                .map(scannedTo -> found[0] > rowsMax
                        ? Count.atLeast(rowsMax)
                        : scannedTo != null ? Count.atLeast(found[0]) : Count.exactly(found[0]));
    }

    /**
     * Counts rows by status and start.
     *
     * @param starts the ascending start times of the groups; rows before the first one are not counted
     * @return a group for each start; null if the time was used up
     */
    Future<@Nullable List<StatusCounts>> group(Owner owner, Source source, List<Instant> starts, long deadline) {
        UUID[] bounds = starts.stream().map(Ids::lowerBound).toArray(UUID[]::new);
        StatusCounts[] groups = new StatusCounts[bounds.length];
        Arrays.fill(groups, StatusCounts.NONE);
        return scan(owner, source, SliceRange.of(source.query()), deadline, range -> run(
                                owner, "group-slice", ExecutionSelect.groupSlice(owner, source, range, bounds))
                        .map(rows -> {
                            for (Row row : rows) {
                                int group = row.getInteger(0) - 1;
                                if (group >= 0) {
                                    groups[group] = groups[group].plus(StatusCounts.only(
                                            ExecutionStatus.ofNumber(row.getShort(1)), row.getLong(2)));
                                }
                            }
                            return false;
                        }))
                .map(scannedTo -> scannedTo == null ? List.of(groups) : null);
    }

    /**
     * Reads slices until one is the last, or is enough, or the deadline has passed.
     *
     * @param read reads the rows of a range, and returns whether they are enough
     * @return where reading stopped because of the deadline; null if it was complete
     */
    private Future<@Nullable Cursor> scan(
            Owner owner, Source source, SliceRange range, long deadline, Function<SliceRange, Future<Boolean>> read) {
        int rows = source.hasSearch() ? FIRST_ROWS_OF_SEARCH : FIRST_ROWS;
        Promise<@Nullable Cursor> end = Promise.promise();
        step(new Scan(owner, source, deadline, read, end), range, Math.min(rows, limits.sliceRowsMax()));
        return end.future();
    }

    private record Scan(
            Owner owner,
            Source source,
            long deadline,
            Function<SliceRange, Future<Boolean>> read,
            Promise<@Nullable Cursor> end) {}

    private void step(Scan scan, SliceRange range, int rows) {
        long began = nanoTime.getAsLong();
        boundary(scan, range, rows)
                .compose(to -> scan.read.apply(range.upTo(to)).onSuccess(enough -> {
                    long now = nanoTime.getAsLong();
                    if (enough || to == null) {
                        scan.end.complete(null);
                    } else if (now - scan.deadline >= 0) {
                        scan.end.complete(to);
                    } else {
                        step(scan, range.beyond(to), nextRows(rows, now - began));
                    }
                }))
                .onFailure(failure -> {
                    // What is found so far is worth more than a refusal.
                    boolean stops = failure instanceof RunlogException refusal
                            && refusal.code() == ErrorCode.OVERLOADED
                            && range.isContinued();
                    if (stops) {
                        scan.end.complete(range.after());
                    } else {
                        scan.end.fail(failure);
                    }
                });
    }

    private Future<@Nullable Cursor> boundary(Scan scan, SliceRange range, int rows) {
        return run(scan.owner, "find-slice", ExecutionSelect.boundary(scan.owner, scan.source, range, rows))
                .map(found -> found.size() == 0
                        ? null
                        : ExecutionSelect.positionOf(found.iterator().next(), scan.source));
    }

    private int nextRows(int rows, long nanos) {
        if (nanos < FAST.toNanos()) {
            return Math.min(rows * 2, limits.sliceRowsMax());
        }
        return nanos > SLOW.toNanos() ? Math.max(Math.min(ROWS_MIN, rows), rows / 2) : rows;
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments(), allowance);
    }
}
