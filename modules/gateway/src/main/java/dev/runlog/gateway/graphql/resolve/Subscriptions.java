package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.feed;
import static dev.runlog.gateway.graphql.resolve.Fields.reader;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.gateway.config.GatewayConfig;
import graphql.schema.idl.TypeRuntimeWiring;

/** The fields of {@code Subscription}. */
final class Subscriptions {
    private final GatewayConfig.Graphql config;

    Subscriptions(GatewayConfig.Graphql config) {
        this.config = config;
    }

    TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("runningExecutions", env -> feed(env)
                        .runningExecutions(
                                reader(env),
                                arguments(env).executionQuery(config),
                                arguments(env).flag("includeQueued"),
                                arguments(env).flag("snapshotPages"),
                                arguments(env).stringOrNull("after")))
                .dataFetcher("executionChanges", env -> feed(env)
                        .executionChanges(
                                reader(env),
                                arguments(env).executionQuery(config),
                                arguments(env).stringOrNull("after")))
                .dataFetcher("executionUpdated", env -> feed(env)
                        .executionUpdated(reader(env), arguments(env).id("id")))
                .dataFetcher("cleanupProgress", env -> feed(env)
                        .cleanupProgress(viewer(env), arguments(env).id("id")));
    }
}
