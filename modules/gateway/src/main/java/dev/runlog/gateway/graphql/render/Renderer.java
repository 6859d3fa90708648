package dev.runlog.gateway.graphql.render;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.graphql.limits.HiddenDirectives;
import dev.runlog.gateway.json.EncodedJson;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.FieldValueInfo;
import graphql.execution.NonNullableFieldWasNullException;
import graphql.execution.ResultPath;
import graphql.schema.GraphQLDirective;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renders the values of root fields straight to JSON. The library decides, times and merges each field, which for a
 * page of executions costs more than everything else (docs/decisions/0004-speed.md). It calls the resolvers of root
 * fields and answers introspection; all other values are rendered by a {@link Plan}, which is compiled once for each
 * cached query: first, everything that the selection needs is loaded, with one request for each level and type of
 * child; then the value is written.
 */
public final class Renderer extends AsyncExecutionStrategy {
    /** Approximate heap that the library takes for each value that it completes. */
    private static final int VALUE_BYTES = 600;

    private final Plans plans;

    public Renderer(DataFetcherExceptionHandler failures, Plans plans) {
        super(failures);
        this.plans = plans;
    }

    @Override
    protected FieldValueInfo completeValue(ExecutionContext context, ExecutionStrategyParameters parameters)
            throws NonNullableFieldWasNullException {
        GraphQLType type = parameters.getExecutionStepInfo().getType();
        GraphQLNamedType named = GraphQLTypeUtil.unwrapAll(type);
        Object source = parameters.getSource();
        if (source != null
                && !(named instanceof GraphQLScalarType)
                && !named.getName().startsWith("__")) {
            return new FieldValueInfo(
                    FieldValueInfo.CompleteValueType.SCALAR, render(context, parameters, type, source));
        }
        return completeByLibrary(context, parameters, named);
    }

    /** The value of a root field, or its future, which graphql-java awaits. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private @Nullable Object render(
            ExecutionContext context, ExecutionStrategyParameters parameters, GraphQLType type, Object source) {
        Allowance allowance = allowance(context);
        Plan plan = plans.plan(context, parameters.getField(), type);
        Rendering rendering = new Rendering(
                plan,
                context,
                context.getGraphQLContext().get(Requests.class),
                allowance,
                error -> context.addError(error, ResultPath.fromList(error.getPath())));
        if (!plan.isLoading()) {
            try {
                return write(rendering, parameters, source);
            } catch (NonNullableFieldWasNullException isNull) {
                return CompletableFuture.failedFuture(isNull);
            }
        }
        return rendering
                .gather(source)
                .map(done -> write(rendering, parameters, source))
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static @Nullable Object write(Rendering rendering, ExecutionStrategyParameters parameters, Object source) {
        EncodedJson written;
        try {
            written = rendering.encode(source);
        } catch (RunlogException tooMuch) {
            // The whole response is refused.
            return EncodedJson.NOTHING;
        }
        if (written == null && parameters.getExecutionStepInfo().isNonNullType()) {
            throw new NonNullableFieldWasNullException(parameters.getExecutionStepInfo(), parameters.getPath());
        }
        return written;
    }

    private FieldValueInfo completeByLibrary(
            ExecutionContext context, ExecutionStrategyParameters parameters, GraphQLNamedType type) {
        try {
            allowance(context).take(VALUE_BYTES);
        } catch (RunlogException tooMuch) {
            return new FieldValueInfo(FieldValueInfo.CompleteValueType.SCALAR, EncodedJson.NOTHING);
        }
        if (type.getName().equals("__Directive") && parameters.getSource() instanceof Collection<?> directives) {
            return super.completeValue(
                    context,
                    parameters.transform(copy -> copy.source(directives.stream()
                            .filter(directive -> !HiddenDirectives.contains(((GraphQLDirective) directive).getName()))
                            .toList())));
        }
        return super.completeValue(context, parameters);
    }

    private static Allowance allowance(ExecutionContext context) {
        AnswerMemory.Lease lease = context.getGraphQLContext().get(AnswerMemory.Lease.class);
        return lease == null ? Allowance.UNLIMITED : lease;
    }
}
