package dev.runlog.gateway.graphql;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.gateway.Caches;
import dev.runlog.gateway.GatewayConfig;
import graphql.ExecutionResult;
import graphql.analysis.QueryTraverser;
import graphql.analysis.QueryVisitorFieldEnvironment;
import graphql.analysis.QueryVisitorStub;
import graphql.execution.AbortExecutionException;
import graphql.execution.CoercedVariables;
import graphql.execution.ExecutionContext;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecuteOperationParameters;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what would cost too much before any of it runs: by depth, by aliases, and by cost, which is the number of
 * fields times the sizes of the pages that they stand in. Introspection reads no rows and is not counted.
 */
final class QueryLimits extends SimplePerformantInstrumentation {
    /** In the GraphQL context where only queries may run, as by GET. */
    static final String QUERIES_ONLY = "runlog.queriesOnly";

    /** Where the GraphQL context holds the kind of operation that runs. */
    static final String OPERATION = "runlog.operation";

    /**
     * A query that was within its limits.
     *
     * @param variables those that its cost may depend on: sizes of pages, and what is skipped
     */
    private record Accepted(Document document, @Nullable String operation, Map<String, Object> variables) {}

    private final GatewayConfig.Graphql config;
    private final Cache<Accepted, Boolean> accepted;

    QueryLimits(GatewayConfig.Graphql config) {
        this.config = config;
        this.accepted = Caches.builder().maximumSize(config.documentCacheMax()).build();
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
        Accepted query = new Accepted(
                context.getDocument(), operation.getName(), numbersAndTruths(context.getCoercedVariables()));
        if (accepted.getIfPresent(query) == null) {
            requireWithinLimits(context);
            accepted.put(query, true);
        }
        return null;
    }

    private void requireWithinLimits(ExecutionContext context) {
        QueryTraverser.newQueryTraverser()
                .schema(context.getGraphQLSchema())
                .document(context.getDocument())
                .operationName(context.getOperationDefinition().getName())
                .coercedVariables(context.getCoercedVariables())
                .build()
                .visitPreOrder(new Count());
    }

    private static Map<String, Object> numbersAndTruths(CoercedVariables variables) {
        Map<String, Object> found = new HashMap<>();
        variables.toMap().forEach((name, value) -> {
            if (value instanceof Integer || value instanceof Boolean) {
                found.put(name, value);
            }
        });
        return found;
    }

    /** The operation is fine, the way it came is not. */
    static final class OperationNotAllowedException extends AbortExecutionException {
        private static final long serialVersionUID = 1L;

        OperationNotAllowedException(String message) {
            super(message);
        }
    }

    /** Stops at the first field that is too much, so that a bomb of fragments is never walked to its end. */
    private final class Count extends QueryVisitorStub {
        private long cost;
        private int aliases;

        @Override
        public void visitField(QueryVisitorFieldEnvironment field) {
            String name = field.getField().getName();
            if (!config.introspection() && (name.equals("__schema") || name.equals("__type"))) {
                throw new AbortExecutionException("Introspection is switched off here.");
            }
            int depth = 0;
            long rows = 1;
            for (QueryVisitorFieldEnvironment at = field; at != null; at = at.getParentEnvironment()) {
                if (at.getField().getName().startsWith("__")) {
                    return;
                }
                depth++;
                if (at != field) {
                    rows = Math.min(rows * pageSize(at), Integer.MAX_VALUE);
                }
            }
            cost += rows;
            if (field.getField().getAlias() != null) {
                aliases++;
            }
            require(depth, config.depthMax(), "depth", "graphql.depth-max");
            require(aliases, config.aliasesMax(), "number of aliases", "graphql.aliases-max");
            require(cost, config.costMax(), "cost", "graphql.cost-max");
        }

        /** How many objects a field may yield: as many as its page where it is a list, else one. */
        private long pageSize(QueryVisitorFieldEnvironment field) {
            if (field.getFieldDefinition().getArgument("first") == null) {
                return 1;
            }
            Object first = field.getArguments().get("first");
            Object last = field.getArguments().get("last");
            Object asked = first == null ? last : first;
            // What is beyond the bound is refused by whoever reads the page, with words of its own.
            return asked instanceof Integer size
                    ? Math.max(1, Math.min(size, config.pageSizeMax()))
                    : config.pageSizeDefault();
        }

        private void require(long value, long max, String what, String key) {
            if (value > max) {
                throw new AbortExecutionException(
                        "The query's " + what + " is " + value + " or more; the limit, " + key + ", is " + max + ".");
            }
        }
    }
}
