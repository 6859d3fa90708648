package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageEnds;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A page according to the Relay cursor connections specification. The total is counted once, when first requested. */
final class Connection<T> {
    private final List<T> nodes;
    private final PageEnds ends;
    private final Function<T, Cursor> cursors;
    private final Supplier<Future<Count>> counter;
    private @Nullable Future<Count> count;

    Connection(List<T> nodes, PageEnds ends, Function<T, Cursor> cursors, Supplier<Future<Count>> counter) {
        this.nodes = nodes;
        this.ends = ends;
        this.cursors = cursors;
        this.counter = counter;
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

    PageInfo pageInfo() {
        boolean empty = nodes.isEmpty();
        return new PageInfo(
                ends.hasNext(),
                ends.hasPrevious(),
                empty ? null : cursors.apply(nodes.get(0)).encode(),
                empty ? null : cursors.apply(nodes.get(nodes.size() - 1)).encode());
    }

    /** Null if an exact count is too expensive, or exceeds GraphQL's Int. */
    Future<@Nullable Integer> totalCount() {
        return count().map(counted -> counted.exact() == null || counted.exact() > Integer.MAX_VALUE
                ? null
                : counted.exact().intValue());
    }

    Future<Integer> countAtLeast() {
        return count().map(counted -> (int) Math.min(counted.atLeast(), Integer.MAX_VALUE));
    }

    private Future<Count> count() {
        if (count == null) {
            count = counter.get();
        }
        return count;
    }
}
