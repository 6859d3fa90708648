package dev.runlog.gateway.graphql.render;

import dev.runlog.gateway.graphql.resolve.Loaders;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.live.LiveSource;
import graphql.ExecutionResult;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.MergedField;
import graphql.execution.SubscriptionExecutionStrategy;
import graphql.execution.reactive.SubscriptionPublisher;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Starts a subscription as the library does. If the selection is plain as defined in {@link PlainSelections}, its
 * events are written directly: the library took more than half of the time of an event, without sending it
 * (docs/decisions/0006-live.md).
 */
public final class PlainSubscriptions extends SubscriptionExecutionStrategy {
    private final PlainSelections plain;

    public PlainSubscriptions(DataFetcherExceptionHandler failures, PlainSelections plain) {
        super(failures);
        this.plain = plain;
    }

    @Override
    public CompletableFuture<ExecutionResult> execute(
            ExecutionContext context, ExecutionStrategyParameters parameters) {
        return super.execute(context, parameters).thenApply(result -> {
            if (result.getData() instanceof SubscriptionPublisher stream
                    && (Object) stream.getUpstreamPublisher() instanceof LiveSource source) {
                Loaders loaders = context.getGraphQLContext().get(Loaders.class);
                source.setBeforeRendering(loaders::begin);
                setDirectRenderer(source, context, parameters);
            }
            return result;
        });
    }

    private void setDirectRenderer(
            LiveSource source, ExecutionContext context, ExecutionStrategyParameters parameters) {
        MergedField field = parameters.getFields().getSubFieldsList().get(0);
        Function<Object, @Nullable Object> completion = plain.completion(
                context,
                field,
                context.getGraphQLSchema()
                        .getSubscriptionType()
                        .getFieldDefinition(field.getName())
                        .getType());
        if (completion != null) {
            source.setDirectRenderer(event -> toResult(field.getResultKey(), completion.apply(event)));
        }
    }

    private static @Nullable String toResult(String key, @Nullable Object value) {
        return value == null
                ? null
                : JsonWriter.write(Map.of("data", Collections.singletonMap(key, value)))
                        .toString();
    }
}
