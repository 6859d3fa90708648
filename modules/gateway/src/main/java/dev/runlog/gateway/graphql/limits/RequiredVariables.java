package dev.runlog.gateway.graphql.limits;

import graphql.introspection.Introspection;
import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.Directive;
import graphql.language.DirectivesContainer;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.TypeName;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLCompositeType;
import graphql.schema.GraphQLDirective;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the variables of an operation that are used where null is not allowed. The type of such a variable may still be
 * nullable if there is a default, which an explicit null overrides. The library notices that only when it uses the
 * value, with various exceptions.
 */
final class RequiredVariables {
    private final GraphQLSchema schema;
    private final Map<String, FragmentDefinition> fragments;
    private final Set<String> visited = new HashSet<>();
    private final Set<String> names = new TreeSet<>();

    private RequiredVariables(GraphQLSchema schema, Map<String, FragmentDefinition> fragments) {
        this.schema = schema;
        this.fragments = fragments;
    }

    /** The names of the variables of a valid operation that must not be null. */
    static Set<String> of(
            GraphQLSchema schema, Map<String, FragmentDefinition> fragments, OperationDefinition operation) {
        RequiredVariables required = new RequiredVariables(schema, fragments);
        required.addDirectives(operation.getDirectives());
        required.add(operation.getSelectionSet(), rootType(schema, operation));
        return Set.copyOf(required.names);
    }

    /** The root type of an operation. */
    static GraphQLCompositeType rootType(GraphQLSchema schema, OperationDefinition operation) {
        return switch (operation.getOperation()) {
            case QUERY -> schema.getQueryType();
            case MUTATION -> schema.getMutationType();
            case SUBSCRIPTION -> schema.getSubscriptionType();
        };
    }

    private void add(@Nullable SelectionSet selections, GraphQLCompositeType parent) {
        if (selections == null) {
            return;
        }
        for (Selection<?> selection : selections.getSelections()) {
            addDirectives(((DirectivesContainer<?>) selection).getDirectives());
            if (selection instanceof Field field) {
                add(field, parent);
            } else if (selection instanceof InlineFragment inline) {
                add(inline.getSelectionSet(), typeOf(inline.getTypeCondition(), parent));
            } else if (selection instanceof FragmentSpread spread && visited.add(spread.getName())) {
                FragmentDefinition fragment = fragments.get(spread.getName());
                if (fragment != null) {
                    addDirectives(fragment.getDirectives());
                    add(fragment.getSelectionSet(), typeOf(fragment.getTypeCondition(), parent));
                }
            }
        }
    }

    private void add(Field field, GraphQLCompositeType parent) {
        GraphQLFieldDefinition definition = Introspection.getFieldDef(schema, parent, field.getName());
        addArguments(field.getArguments(), definition.getArguments());
        if (GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLCompositeType type) {
            add(field.getSelectionSet(), type);
        }
    }

    private void addDirectives(List<Directive> directives) {
        for (Directive directive : directives) {
            GraphQLDirective definition = schema.getDirective(directive.getName());
            if (definition != null) {
                addArguments(directive.getArguments(), definition.getArguments());
            }
        }
    }

    private void addArguments(List<Argument> arguments, List<GraphQLArgument> definitions) {
        for (Argument argument : arguments) {
            for (GraphQLArgument definition : definitions) {
                if (definition.getName().equals(argument.getName())) {
                    add(argument.getValue(), definition.getType());
                }
            }
        }
    }

    private void add(Value<?> value, GraphQLType type) {
        if (value instanceof VariableReference variable) {
            if (GraphQLTypeUtil.isNonNull(type)) {
                names.add(variable.getName());
            }
            return;
        }
        GraphQLType nullable = GraphQLTypeUtil.unwrapNonNull(type);
        if (nullable instanceof GraphQLList list) {
            // A single value is accepted as a list of one.
            List<? extends Value<?>> elements = value instanceof ArrayValue array ? values(array) : List.of(value);
            elements.forEach(element -> add(element, list.getWrappedType()));
        } else if (value instanceof ObjectValue object && nullable instanceof GraphQLInputObjectType input) {
            for (ObjectField field : object.getObjectFields()) {
                add(field.getValue(), input.getFieldDefinition(field.getName()).getType());
            }
        }
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // The library's type is raw.
    private static List<? extends Value<?>> values(ArrayValue array) {
        return (List) array.getValues();
    }

    private GraphQLCompositeType typeOf(@Nullable TypeName condition, GraphQLCompositeType otherwise) {
        return condition != null && schema.getType(condition.getName()) instanceof GraphQLCompositeType type
                ? type
                : otherwise;
    }
}
