package dev.runlog.gateway.graphql;

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
 * Begins a subscription as the library does, and adds the short way from event to text where the selection is plain in
 * the sense of {@link PlainSelections}: the library's own way took more than half of what an event cost but for sending
 * it (docs/decisions/0006-live.md).
 */
final class PlainSubscriptions extends SubscriptionExecutionStrategy {
    private final PlainSelections plain;

    PlainSubscriptions(DataFetcherExceptionHandler failures, PlainSelections plain) {
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
                source.around(loaders::begin);
                shortCut(source, context, parameters);
            }
            return result;
        });
    }

    private void shortCut(LiveSource source, ExecutionContext context, ExecutionStrategyParameters parameters) {
        MergedField field = parameters.getFields().getSubFieldsList().get(0);
        Function<Object, @Nullable Object> completion = plain.completion(
                context,
                field,
                context.getGraphQLSchema()
                        .getSubscriptionType()
                        .getFieldDefinition(field.getName())
                        .getType());
        if (completion != null) {
            source.shortCut(event -> written(field.getResultKey(), completion.apply(event)));
        }
    }

    private static @Nullable String written(String key, @Nullable Object value) {
        return value == null
                ? null
                : ResponseWriter.write(Map.of("data", Collections.singletonMap(key, value)))
                        .toString();
    }
}
