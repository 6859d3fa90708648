package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.reader;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.gateway.live.LiveFeed;
import graphql.language.Argument;
import graphql.language.VariableReference;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import org.jspecify.annotations.Nullable;

/** The fields of {@code Subscription}. */
final class Subscriptions {
    private static final String CURSOR_ARGUMENT = "after";

    private final LiveFeed feed;

    Subscriptions(LiveFeed feed) {
        this.feed = feed;
    }

    TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("runningExecutions", env -> feed.runningExecutions(
                                reader(env),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).flag("includeQueued"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(cursorVariable(env)))
                .dataFetcher("executionChanges", env -> feed.executionChanges(
                                reader(env),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).statuses("status"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(cursorVariable(env)))
                .dataFetcher(
                        "executionUpdated",
                        env -> feed.executionUpdated(reader(env), arguments(env).id("id")))
                .dataFetcher(
                        "cleanupProgress",
                        env -> feed.cleanupProgress(viewer(env), arguments(env).id("id")));
    }

    /** The variable that contains {@code after}; null if it is not in a variable. */
    private static @Nullable String cursorVariable(DataFetchingEnvironment env) {
        for (Argument argument : env.getField().getArguments()) {
            if (argument.getName().equals(CURSOR_ARGUMENT)
                    && argument.getValue() instanceof VariableReference reference) {
                return reference.getName();
            }
        }
        return null;
    }
}
