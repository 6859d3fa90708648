package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.querying.CountByStatus;
import dev.runlog.contract.querying.ExecutionHistogram;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.GetHistogram;
import dev.runlog.contract.querying.StatusCounts;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A page according to the Relay cursor connections specification. The total is counted once, when first requested. */
final class Connection<T> {
    private final List<T> nodes;
    private final PageEnds ends;
    private final Function<T, Cursor> cursors;
    private final Supplier<Future<Count>> counter;
    private final @Nullable Cursor scannedTo;
    private final @Nullable Facets facets;
    private @Nullable Future<Count> count;

    private Connection(
            List<T> nodes,
            PageEnds ends,
            Function<T, Cursor> cursors,
            Supplier<Future<Count>> counter,
            @Nullable Cursor scannedTo,
            @Nullable Facets facets) {
        this.nodes = nodes;
        this.ends = ends;
        this.cursors = cursors;
        this.counter = counter;
        this.scannedTo = scannedTo;
        this.facets = facets;
    }

    Connection(List<T> nodes, PageEnds ends, Function<T, Cursor> cursors, Supplier<Future<Count>> counter) {
        this(nodes, ends, cursors, counter, null, null);
    }

    static <E extends ListedExecution> Connection<E> ofExecutions(
            ExecutionPage<E> page, ExecutionQuery query, Supplier<Future<Count>> counter, Facets facets) {
        return new Connection<>(page.executions(), page.ends(), query::cursorOf, counter, page.scannedTo(), facets);
    }

    /** The query of a list of executions, to count them by status and time. */
    record Facets(Requests requests, Viewer viewer, ExecutionQuery query) {}

    /** A node with its cursor. */
    record Edge(String cursor, Object node) {}

    /** Position of the page. */
    record PageInfo(
            boolean hasNextPage,
            boolean hasPreviousPage,
            @Nullable String startCursor,
            @Nullable String endCursor) {}

    List<T> nodes() {
        return nodes;
    }

    List<Edge> edges() {
        return nodes.stream()
                .map(node -> new Edge(cursors.apply(node).encode(), node))
                .toList();
    }

    /** A page that ended early continues where reading stopped, so its cursor may be beyond its last node. */
    PageInfo pageInfo() {
        Cursor first = nodes.isEmpty() ? null : cursors.apply(nodes.get(0));
        Cursor last = nodes.isEmpty() ? null : cursors.apply(nodes.get(nodes.size() - 1));
        if (scannedTo != null) {
            return ends.hasNext()
                    ? new PageInfo(true, ends.hasPrevious(), encode(first == null ? scannedTo : first), encode(scannedTo))
                    : new PageInfo(false, true, encode(scannedTo), encode(last == null ? scannedTo : last));
        }
        return new PageInfo(ends.hasNext(), ends.hasPrevious(), encode(first), encode(last));
    }

    private static @Nullable String encode(@Nullable Cursor cursor) {
        return cursor == null ? null : cursor.encode();
    }

    /** Null if an exact count is too expensive. */
    Future<@Nullable Long> totalCount() {
        return count().map(Count::exact);
    }

    Future<Long> countAtLeast() {
        return count().map(Count::atLeast);
    }

    boolean isPartial() {
        return scannedTo != null;
    }

    /** The time up to which a partial page was read. */
    @Nullable
    Instant searchedUntil() {
        return scannedTo == null || facets == null ? null : facets.query().timeOf(scannedTo);
    }

    Future<@Nullable StatusCounts> statusCounts() {
        Facets of = Objects.requireNonNull(facets);
        return of.requests()
                .request(new CountByStatus(of.viewer(), of.query().withoutStatuses()))
                .map(CountByStatus.Counted::counts);
    }

    Future<@Nullable ExecutionHistogram> histogram(int buckets) {
        Facets of = Objects.requireNonNull(facets);
        return of.requests()
                .request(new GetHistogram(of.viewer(), of.query(), buckets))
                .map(GetHistogram.Found::histogram);
    }

    private Future<Count> count() {
        if (count == null) {
            count = counter.get();
        }
        return count;
    }
}
