package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.async;
import static dev.runlog.gateway.graphql.resolve.Fields.property;
import static dev.runlog.gateway.graphql.resolve.Fields.source;

import dev.runlog.contract.querying.GetHistogram;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.LightDataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of Relay connections, the same for every type of node. */
final class ConnectionFields {
    private ConnectionFields() {}

    static TypeRuntimeWiring.Builder ofConnection(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("edges", connectionProperty(Connection::edges))
                .dataFetcher("nodes", connectionProperty(Connection::nodes))
                .dataFetcher("pageInfo", connectionProperty(Connection::pageInfo))
                .dataFetcher("totalCount", async(env -> connection(env).totalCount()))
                .dataFetcher("countAtLeast", async(env -> connection(env).countAtLeast()));
    }

    static TypeRuntimeWiring.Builder ofExecutions(TypeRuntimeWiring.Builder type) {
        return ofConnection(type)
                .dataFetcher("isPartial", connectionProperty(Connection::isPartial))
                .dataFetcher("searchedUntil", connectionProperty(Connection::searchedUntil))
                .dataFetcher("statusCounts", async(env -> connection(env).statusCounts()))
                .dataFetcher(
                        "histogram",
                        async(env -> connection(env)
                                .histogram(Objects.requireNonNullElse(
                                        Fields.arguments(env).integerOrNull("buckets"), GetHistogram.BUCKETS_MAX))));
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

    private static Connection<?> connection(DataFetchingEnvironment env) {
        return (Connection<?>) source(env);
    }

    private static LightDataFetcher<@Nullable Object> connectionProperty(
            Function<Connection<?>, @Nullable Object> property) {
        return property(Object.class, connection -> property.apply((Connection<?>) connection));
    }
}
