package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.feed;
import static dev.runlog.gateway.graphql.resolve.Fields.reader;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.error.RunlogException;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;

/** The fields of {@code Subscription}. */
final class Subscriptions {
    private Subscriptions() {}

    static TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("runningExecutions", env -> feed(env).runningExecutions(
                                reader(withoutFilter(env)),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).flag("includeQueued"),
                                arguments(env).stringOrNull("after")))
                .dataFetcher("executionChanges", env -> feed(env).executionChanges(
                                reader(withoutFilter(env)),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).statuses("status"),
                                arguments(env).stringOrNull("after")))
                .dataFetcher(
                        "executionUpdated",
                        env -> feed(env).executionUpdated(reader(env), arguments(env).id("id")))
                .dataFetcher(
                        "cleanupProgress",
                        env -> feed(env).cleanupProgress(viewer(env), arguments(env).id("id")));
    }

    private static DataFetchingEnvironment withoutFilter(DataFetchingEnvironment env) {
        if (arguments(env).values().get("filter") != null || arguments(env).flag("snapshotPages")) {
            throw RunlogException.badInput("`filter` and `snapshotPages` are not supported yet.");
        }
        return env;
    }
}
