package dev.runlog.gateway.graphql.limits;

import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import graphql.ExecutionResult;
import graphql.execution.AbortExecutionException;
import graphql.execution.CoercedVariables;
import graphql.execution.ExecutionContext;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecuteOperationParameters;
import graphql.execution.instrumentation.parameters.InstrumentationValidationParameters;
import graphql.language.OperationDefinition;
import graphql.validation.ValidationError;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a query that exceeds its limits before any of it runs: depth, aliases, and cost, which is the maximum number
 * of fields in its answer. Introspection is counted separately, by the size of the schema.
 */
public final class QueryLimits extends SimplePerformantInstrumentation {
    /** Key in the GraphQL context: whether only queries may run, as for GET. */
    public static final String QUERIES_ONLY = "runlog.queriesOnly";

    private final GatewayConfig.Graphql config;
    private final QueryCache queries;

    public QueryLimits(GatewayConfig.Graphql config, QueryCache queries) {
        this.config = config;
        this.queries = queries;
    }

    @Override
    public @Nullable InstrumentationContext<List<ValidationError>> beginValidation(
            InstrumentationValidationParameters parameters, InstrumentationState state) {
        Fragments.requireWithinLimits(
                parameters.getDocument(), Math.max(config.costMax(), config.introspectionCostMax()));
        SubscriptionRoots.requireUnconditional(parameters.getDocument());
        HiddenDirectives.requireNone(parameters.getDocument());
        return null;
    }

    @Override
    public @Nullable InstrumentationContext<ExecutionResult> beginExecuteOperation(
            InstrumentationExecuteOperationParameters parameters, InstrumentationState state) {
        ExecutionContext context = parameters.getExecutionContext();
        OperationDefinition operation = context.getOperationDefinition();
        if (context.getGraphQLContext().getBoolean(QUERIES_ONLY)
                && operation.getOperation() != OperationDefinition.Operation.QUERY) {
            throw new GraphqlErrors.OperationNotAllowedException();
        }
        requireNoNull(context);
        QueryCache.Variant variant = QueryCache.variant(operation.getName(), context.getCoercedVariables());
        if (!QueryCache.isAccepted(context.getGraphQLContext(), variant)) {
            QueryCost.requireWithinLimits(config, context);
            queries.accept(
                    context.getGraphQLContext(), context.getExecutionInput().getQuery(), variant);
        }
        return null;
    }

    /** Fails if a variable is null where null is not allowed. */
    private static void requireNoNull(ExecutionContext context) {
        CoercedVariables variables = context.getCoercedVariables();
        if (!variables.toMap().containsValue(null)) {
            return;
        }
        OperationDefinition operation = context.getOperationDefinition();
        Set<String> required = QueryCache.requiredVariables(
                context.getGraphQLContext(),
                operation.getName(),
                () -> RequiredVariables.of(context.getGraphQLSchema(), context.getFragmentsByName(), operation));
        for (String name : required) {
            if (variables.containsKey(name) && variables.get(name) == null) {
                throw new AbortExecutionException(
                        "Invalid `$" + name + "`: null (expected a value; leave the variable out for the default).");
            }
        }
    }
}
