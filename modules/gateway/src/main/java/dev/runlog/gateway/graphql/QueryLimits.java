package dev.runlog.gateway.graphql;

import dev.runlog.gateway.GatewayConfig;
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
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a query that would cost too much before any of it runs: by depth, by aliases, and by cost, which is the number
 * of fields in its answer at the most. Introspection is counted apart, by the sizes of the schema.
 */
final class QueryLimits extends SimplePerformantInstrumentation {
    /** In the GraphQL context where only queries may run, as by GET. */
    static final String QUERIES_ONLY = "runlog.queriesOnly";

    /** Where the GraphQL context holds the kind of operation that runs. */
    static final String OPERATION = "runlog.operation";

    private final GatewayConfig.Graphql config;
    private final Documents documents;

    QueryLimits(GatewayConfig.Graphql config, Documents documents) {
        this.config = config;
        this.documents = documents;
    }

    @Override
    public @Nullable InstrumentationContext<List<ValidationError>> beginValidation(
            InstrumentationValidationParameters parameters, InstrumentationState state) {
        Fragments.requireWithinLimits(
                parameters.getDocument(), Math.max(config.costMax(), config.introspectionCostMax()));
        return null;
    }

    @Override
    public @Nullable InstrumentationContext<ExecutionResult> beginExecuteOperation(
            InstrumentationExecuteOperationParameters parameters, InstrumentationState state) {
        ExecutionContext context = parameters.getExecutionContext();
        OperationDefinition operation = context.getOperationDefinition();
        context.getGraphQLContext().put(OPERATION, operation.getOperation());
        if (context.getGraphQLContext().getBoolean(QUERIES_ONLY)
                && operation.getOperation() != OperationDefinition.Operation.QUERY) {
            throw new OperationNotAllowedException(
                    "A " + operation.getOperation().name().toLowerCase(Locale.ROOT) + " cannot be sent by GET.");
        }
        requireNoNull(context);
        Documents.Variant variant = Documents.variant(operation.getName(), context.getCoercedVariables());
        if (!Documents.isAccepted(context.getGraphQLContext(), variant)) {
            QueryCost.requireWithinLimits(config, context);
            documents.accept(
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
        Set<String> required = Documents.requiredVariables(
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

    /** The operation is fine, the way it came is not. */
    static final class OperationNotAllowedException extends AbortExecutionException {
        private static final long serialVersionUID = 1L;

        OperationNotAllowedException(String message) {
            super(message);
        }
    }
}
