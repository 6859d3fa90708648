package dev.runlog.gateway.graphql.limits;

import dev.runlog.gateway.config.GatewayConfig;
import graphql.Directives;
import graphql.execution.AbortExecutionException;
import graphql.execution.CoercedVariables;
import graphql.execution.ExecutionContext;
import graphql.introspection.Introspection;
import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.Directive;
import graphql.language.DirectivesContainer;
import graphql.language.EnumValue;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.IntValue;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.TypeName;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.GraphQLCompositeType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the cost of a query: the maximum number of fields in its answer. A fragment counts each time it is spread;
 * the library's own traverser visits it once. Stops at the first limit that is exceeded, so fragments that spread each
 * other millions of times are not traversed to their end.
 */
final class QueryCost {
    private static final Set<String> INTROSPECTION = Set.of("__schema", "__type");

    /** Sizes of lists of objects that are not pages. */
    private static final Map<String, Integer> SIZES =
            Map.of("CleanupPreview.workflows", 10, "ExecutionHistogram.buckets", 60, "ExecutionEvent.entered", 200);

    /** For the intervals of statistics: the default limits of `querying.intervals-max` and of the age of executions. */
    private static final int HOURS = 1000;

    private static final int DAYS = 400;

    private final GatewayConfig.Graphql config;
    private final GraphQLSchema schema;
    private final Map<String, FragmentDefinition> fragments;
    private final CoercedVariables variables;
    private final IntrospectionSizes introspectionSizes;
    private long cost;
    private long introspectionCost;
    private int aliases;

    private QueryCost(GatewayConfig.Graphql config, ExecutionContext context) {
        this.config = config;
        this.schema = context.getGraphQLSchema();
        this.fragments = context.getFragmentsByName();
        this.variables = context.getCoercedVariables();
        this.introspectionSizes = IntrospectionSizes.of(schema);
    }

    /** Throws {@link AbortExecutionException} if the query exceeds one of its limits. */
    static void requireWithinLimits(GatewayConfig.Graphql config, ExecutionContext context) {
        OperationDefinition operation = context.getOperationDefinition();
        GraphQLCompositeType root = RequiredVariables.rootType(context.getGraphQLSchema(), operation);
        new QueryCost(config, context).add(operation.getSelectionSet(), root, new Position(1, 0, false, DAYS));
    }

    /**
     * Position of selections in the query.
     *
     * @param times number of objects that they are selected from
     * @param depth number of enclosing fields
     * @param introspects whether they are part of introspection
     * @param intervals maximum number of intervals of the statistics that they are selected from
     */
    private record Position(long times, int depth, boolean introspects, int intervals) {}

    private void add(@Nullable SelectionSet selections, GraphQLCompositeType parent, Position position) {
        if (selections == null) {
            return;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (!isIncluded((DirectivesContainer<?>) selection)) {
                add(1, position.introspects());
            } else if (selection instanceof Field field) {
                add(field, parent, position);
            } else if (selection instanceof InlineFragment inline) {
                add(1, position.introspects());
                add(inline.getSelectionSet(), typeOf(inline.getTypeCondition(), parent), position);
            } else {
                add(1, position.introspects());
                FragmentDefinition fragment =
                        Objects.requireNonNull(fragments.get(((FragmentSpread) selection).getName()));
                add(fragment.getSelectionSet(), typeOf(fragment.getTypeCondition(), parent), position);
            }
        }
    }

    private void add(Field field, GraphQLCompositeType parent, Position position) {
        GraphQLFieldDefinition definition = Introspection.getFieldDef(schema, parent, field.getName());
        boolean introspects = position.introspects() || INTROSPECTION.contains(field.getName());
        if (introspects && !config.introspection()) {
            throw new AbortExecutionException("Introspection is disabled on this server.");
        }
        if (field.getAlias() != null) {
            aliases++;
            require(aliases, config.aliasesMax(), "number of aliases", "graphql.aliases-max");
        }
        int depth = position.depth() + 1;
        if (!introspects) {
            // The library limits the depth of introspection itself.
            require(depth, config.depthMax(), "depth", "graphql.depth-max");
        }
        add(position.times(), introspects);
        if (GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLCompositeType type) {
            int intervals = mayBeHourly(field) ? HOURS : DAYS;
            long times = Math.min(position.times() * size(field, definition, parent, position), Integer.MAX_VALUE);
            add(field.getSelectionSet(), type, new Position(times, depth, introspects, intervals));
        }
    }

    private void add(long more, boolean introspects) {
        if (introspects) {
            introspectionCost += more;
            require(
                    introspectionCost,
                    config.introspectionCostMax(),
                    "introspection cost",
                    "graphql.introspection-cost-max");
        } else {
            cost += more;
            require(cost, config.costMax(), "cost", "graphql.cost-max");
        }
    }

    /** Maximum number of objects in a field; 1 if it is not a list. */
    private long size(Field field, GraphQLFieldDefinition definition, GraphQLCompositeType parent, Position position) {
        if (parent.getName().equals("Statistics") && field.getName().equals("intervals")) {
            return position.intervals();
        }
        if (definition.getArgument("first") != null) {
            Object first = argument(field, "first");
            Object asked = first == null ? argument(field, "last") : first;
            // Reading the page refuses a size above the limit.
            return asked instanceof Integer size
                    ? Math.max(1, Math.min(size, config.pageSizeMax()))
                    : config.pageSizeDefault();
        }
        if (definition.getArgument("ids") != null) {
            return argument(field, "ids") instanceof Collection<?> ids ? Math.max(1, ids.size()) : 1;
        }
        return parent.getName().startsWith("__")
                ? introspectionSizes.of(field.getName())
                : SIZES.getOrDefault(parent.getName() + "." + field.getName(), 1);
    }

    /** A variable may hold any interval: the cost is cached without its value. */
    private static boolean mayBeHourly(Field field) {
        return field.getArguments().stream()
                .filter(argument -> argument.getName().equals("interval"))
                .map(Argument::getValue)
                .anyMatch(value -> value instanceof VariableReference
                        || value instanceof EnumValue interval
                                && interval.getName().equals("HOUR"));
    }

    private @Nullable Object argument(Field field, String name) {
        for (Argument argument : field.getArguments()) {
            if (argument.getName().equals(name)) {
                return valueOf(argument.getValue());
            }
        }
        return null;
    }

    private @Nullable Object valueOf(@Nullable Value<?> value) {
        if (value instanceof IntValue number) {
            return (int) Math.max(
                    Integer.MIN_VALUE,
                    Math.min(Integer.MAX_VALUE, number.getValue().longValue()));
        }
        if (value instanceof EnumValue word) {
            return word.getName();
        }
        if (value instanceof BooleanValue bool) {
            return bool.isValue();
        }
        return value instanceof ArrayValue array
                ? array.getValues()
                : value instanceof VariableReference variable ? variables.get(variable.getName()) : null;
    }

    private boolean isIncluded(DirectivesContainer<?> selection) {
        for (Directive directive : selection.getDirectives()) {
            Argument condition = directive.getArgument("if");
            Object value = condition == null ? null : valueOf(condition.getValue());
            if (directive.getName().equals(Directives.SkipDirective.getName()) && Boolean.TRUE.equals(value)
                    || directive.getName().equals(Directives.IncludeDirective.getName())
                            && Boolean.FALSE.equals(value)) {
                return false;
            }
        }
        return true;
    }

    private GraphQLCompositeType typeOf(@Nullable TypeName condition, GraphQLCompositeType otherwise) {
        return condition == null
                ? otherwise
                : (GraphQLCompositeType) Objects.requireNonNull(schema.getType(condition.getName()));
    }

    private static void require(long value, long max, String what, String key) {
        if (value > max) {
            throw new AbortExecutionException(
                    "The query's " + what + " is at least " + value + " (at most " + max + ", " + key + ").");
        }
    }
}
