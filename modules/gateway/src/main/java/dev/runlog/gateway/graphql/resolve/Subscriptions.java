package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.feed;
import static dev.runlog.gateway.graphql.resolve.Fields.reader;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.error.RunlogException;
import graphql.language.Argument;
import graphql.language.VariableReference;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import org.jspecify.annotations.Nullable;

/** The fields of {@code Subscription}. */
final class Subscriptions {
    private static final String CURSOR_ARGUMENT = "after";

    private Subscriptions() {}

    static TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("runningExecutions", env -> feed(env).runningExecutions(
                                reader(withoutFilter(env)),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).flag("includeQueued"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(cursorVariable(env)))
                .dataFetcher("executionChanges", env -> feed(env).executionChanges(
                                reader(withoutFilter(env)),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).statuses("status"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(cursorVariable(env)))
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
