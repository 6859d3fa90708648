package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.property;

import dev.runlog.contract.page.Count;
import dev.runlog.contract.querying.GetHistogram;
import dev.runlog.gateway.graphql.render.Loaded;
import graphql.schema.DataFetcher;
import graphql.schema.LightDataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of Relay connections, the same for every type of node. */
final class ConnectionFields {
    private ConnectionFields() {}

    /** A list of known length. */
    static TypeRuntimeWiring.Builder ofConnection(TypeRuntimeWiring.Builder type) {
        return ofPage(type).dataFetcher("totalCount", connectionProperty(Connection::total));
    }

    private static TypeRuntimeWiring.Builder ofPage(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("edges", connectionProperty(Connection::edges))
                .dataFetcher("nodes", connectionProperty(Connection::nodes))
                .dataFetcher("pageInfo", connectionProperty(Connection::pageInfo));
    }

    /** A list whose length has to be counted. */
    static TypeRuntimeWiring.Builder ofCounted(TypeRuntimeWiring.Builder type) {
        return ofPage(type)
                .dataFetcher("totalCount", count(Count::exact))
                .dataFetcher("countAtLeast", count(Count::atLeast));
    }

    static TypeRuntimeWiring.Builder ofExecutions(TypeRuntimeWiring.Builder type) {
        return ofCounted(type)
                .dataFetcher("isPartial", connectionProperty(Connection::isPartial))
                .dataFetcher("searchedUntil", connectionProperty(Connection::searchedUntil))
                .dataFetcher(
                        "statusCounts",
                        new Loaded<>(
                                Connection.class,
                                Batches.STATUS_COUNTS,
                                (connection, fetch) -> connection.query().withoutStatuses(),
                                (connection, counts) -> counts))
                .dataFetcher(
                        "histogram",
                        new Loaded<>(
                                Connection.class,
                                Batches.HISTOGRAMS,
                                (connection, fetch) -> new GetHistogram(
                                        fetch.viewer(),
                                        connection.query(),
                                        Objects.requireNonNullElse(
                                                arguments(fetch).integerOrNull("buckets"), GetHistogram.BUCKETS_MAX)),
                                (connection, histogram) -> histogram));
    }

    /** A figure of the list's length, which is counted once for all of them. */
    private static DataFetcher<?> count(Function<Count, @Nullable Object> figure) {
        return new Loaded<>(
                Connection.class,
                Batches.COUNTS,
                (connection, fetch) -> connection.counted(),
                (connection, counted) -> {
                    Count count = counted == null ? connection.count() : counted;
                    return count == null ? null : figure.apply(count);
                });
    }

    static TypeRuntimeWiring.Builder ofEdge(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("cursor", property(Connection.Edge.class, Connection.Edge::cursor))
                .dataFetcher("node", property(Connection.Edge.class, Connection.Edge::node));
    }

    static TypeRuntimeWiring.Builder ofPageInfo(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("hasNextPage", property(Connection.PageInfo.class, Connection.PageInfo::hasNextPage))
                .dataFetcher(
                        "hasPreviousPage", property(Connection.PageInfo.class, Connection.PageInfo::hasPreviousPage))
                .dataFetcher("startCursor", property(Connection.PageInfo.class, Connection.PageInfo::startCursor))
                .dataFetcher("endCursor", property(Connection.PageInfo.class, Connection.PageInfo::endCursor));
    }

    private static LightDataFetcher<@Nullable Object> connectionProperty(
            Function<Connection<?>, @Nullable Object> property) {
        return property(Object.class, connection -> property.apply((Connection<?>) connection));
    }
}
