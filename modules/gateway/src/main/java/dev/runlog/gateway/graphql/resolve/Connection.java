package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page according to the Relay cursor connections specification. */
final class Connection<T> {
    private final List<T> nodes;
    private final PageEnds ends;
    private final Function<T, Cursor> cursors;
    private final @Nullable Count count;
    private final Batches.@Nullable Counted counted;
    private final @Nullable Cursor scannedTo;
    private final @Nullable ExecutionQuery query;

    private Connection(
            List<T> nodes,
            PageEnds ends,
            Function<T, Cursor> cursors,
            @Nullable Count count,
            Batches.@Nullable Counted counted,
            @Nullable Cursor scannedTo,
            @Nullable ExecutionQuery query) {
        this.nodes = nodes;
        this.ends = ends;
        this.cursors = cursors;
        this.count = count;
        this.counted = counted;
        this.scannedTo = scannedTo;
        this.query = query;
    }

    /** A page of a list of known length. */
    static <T> Connection<T> of(List<T> nodes, PageEnds ends, Function<T, Cursor> cursors, @Nullable Long total) {
        return new Connection<>(nodes, ends, cursors, total == null ? null : Count.exactly(total), null, null, null);
    }

    static Connection<Workflow> ofWorkflows(List<Workflow> nodes, PageEnds ends, @Nullable String search) {
        return new Connection<>(
                nodes,
                ends,
                workflow -> Cursor.of(Cursor.Order.WORKFLOW, workflow.id()),
                null,
                new Batches.OfWorkflows(search),
                null,
                null);
    }

    /** @param query the query of the whole list, which is counted by status and time */
    static <E extends ListedExecution> Connection<E> ofExecutions(
            ExecutionPage<E> page, ExecutionQuery query, Batches.Counted counted) {
        return new Connection<>(
                page.executions(), page.ends(), query::cursorOf, page.count(), counted, page.scannedTo(), query);
    }

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
                    ? new PageInfo(
                            true, ends.hasPrevious(), encode(first == null ? scannedTo : first), encode(scannedTo))
                    : new PageInfo(false, true, encode(scannedTo), encode(last == null ? scannedTo : last));
        }
        return new PageInfo(ends.hasNext(), ends.hasPrevious(), encode(first), encode(last));
    }

    private static @Nullable String encode(@Nullable Cursor cursor) {
        return cursor == null ? null : cursor.encode();
    }

    /** The length of a list of known length. */
    @Nullable
    Long total() {
        return count == null ? null : count.exact();
    }

    /** The length of the list if it is known. */
    @Nullable
    Count count() {
        return count;
    }

    /** What to count if the length is not known. */
    Batches.@Nullable Counted counted() {
        return count == null ? counted : null;
    }

    boolean isPartial() {
        return scannedTo != null;
    }

    /** The time up to which a partial page was read. */
    @Nullable
    Instant searchedUntil() {
        return scannedTo == null || query == null ? null : query.timeOf(scannedTo);
    }

    /** The query of the whole list of executions. */
    ExecutionQuery query() {
        return Objects.requireNonNull(query);
    }
}
