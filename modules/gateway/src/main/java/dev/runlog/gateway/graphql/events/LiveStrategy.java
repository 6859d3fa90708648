package dev.runlog.gateway.graphql.events;

import dev.runlog.gateway.graphql.render.Plans;
import dev.runlog.gateway.live.LiveSource;
import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.execution.Async;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategy;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.FetchedValue;
import graphql.execution.MergedField;
import graphql.language.Argument;
import graphql.language.VariableReference;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts a subscription: calls its resolver, and returns the {@link LiveStream}. Without a stream, there is no data but
 * an error.
 */
public final class LiveStrategy extends ExecutionStrategy {
    private static final String CURSOR_ARGUMENT = "after";

    private final Plans plans;

    public LiveStrategy(DataFetcherExceptionHandler failures, Plans plans) {
        super(failures);
        this.plans = plans;
    }

    @Override
    public CompletableFuture<ExecutionResult> execute(
            ExecutionContext context, ExecutionStrategyParameters parameters) {
        MergedField field = parameters.getFields().getSubFieldsList().get(0);
        ExecutionStrategyParameters ofField = parameters.transform(
                copy -> copy.field(field).path(parameters.getPath().segment(field.getResultKey())));
        return Async.<FetchedValue>toCompletableFuture(fetchField(context, ofField))
                .thenApply(fetched -> fetched.getFetchedValue() instanceof LiveSource source
                        ? new ExecutionResultImpl(stream(context, field, source), context.getErrors())
                        : new ExecutionResultImpl(context.getErrors()));
    }

    private LiveStream stream(ExecutionContext context, MergedField field, LiveSource source) {
        String variable = cursorVariable(field);
        return new LiveStream(
                source,
                plans.events(context, field),
                variable != null && plans.isUsedOnce(context.getDocument(), variable) ? variable : null);
    }

    /** The variable that contains {@code after}; null if it is not in a variable. */
    private static @Nullable String cursorVariable(MergedField field) {
        for (Argument argument : field.getSingleField().getArguments()) {
            if (argument.getName().equals(CURSOR_ARGUMENT)
                    && argument.getValue() instanceof VariableReference reference) {
                return reference.getName();
            }
        }
        return null;
    }
}
