package dev.runlog.gateway.graphql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import graphql.GraphQLContext;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.FieldCollector;
import graphql.execution.FieldCollectorParameters;
import graphql.execution.FieldValueInfo;
import graphql.execution.MergedField;
import graphql.execution.NonNullableFieldWasNullException;
import graphql.language.DirectivesContainer;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.DataFetcher;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLType;
import graphql.schema.LightDataFetcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Completes at once what needs nothing but properties of objects that are there, such as a page of executions with
 * their times. The library decides, times and merges field by field, which for such a page cost more than all else
 * together (docs/decisions/0004-speed.md); what a selection reads is here worked out once for each query that is kept.
 *
 * <p>A selection is plain where each of its fields, all the way down, has a {@link LightDataFetcher}, its types are
 * objects, lists, enums and scalars, and no directive makes it depend on variables. Everything else, and every value
 * that is not what its type says, takes the library's way, whose results and errors are the rule: {@code
 * PlainSelectionsTest} holds both to the same answers.
 */
final class PlainSelections extends AsyncExecutionStrategy {
    /** By the query's own field: weak keys are compared by identity, and go with their query. */
    private final Cache<Field, Optional<Plan>> plans =
            Caffeine.newBuilder().weakKeys().build();

    private final FieldCollector collector = new FieldCollector();

    PlainSelections(DataFetcherExceptionHandler failures) {
        super(failures);
    }

    @Override
    protected FieldValueInfo completeValue(ExecutionContext context, ExecutionStrategyParameters parameters)
            throws NonNullableFieldWasNullException {
        Object source = parameters.getSource();
        if (source != null) {
            GraphQLType type = parameters.getExecutionStepInfo().getUnwrappedNonNullType();
            if (unwrapped(type) instanceof GraphQLObjectType object
                    && parameters.getField().getFields().size() == 1) {
                Plan plan = plan(context, parameters.getField(), object);
                Object value = plan == null ? null : valueOf(shape(type, plan), source, context);
                if (value != null) {
                    // As a scalar, for it has no fields left whose loaders anybody would wait for.
                    return new FieldValueInfo(FieldValueInfo.CompleteValueType.SCALAR, value);
                }
            }
        }
        return super.completeValue(context, parameters);
    }

    /** How values of an object type are completed at once, null for one that cannot be; null where none can. */
    @Nullable
    Function<Object, @Nullable Object> completion(ExecutionContext context, MergedField field, GraphQLType type) {
        Plan plan = unwrapped(type) instanceof GraphQLObjectType object
                        && field.getFields().size() == 1
                ? plan(context, field, object)
                : null;
        if (plan == null) {
            return null;
        }
        Shape shape = shape(type, plan);
        return source -> valueOf(shape, source, context);
    }

    private @Nullable Plan plan(ExecutionContext context, MergedField field, GraphQLObjectType type) {
        return plans.get(
                        field.getSingleField(),
                        key -> isFixed(key.getSelectionSet(), context.getFragmentsByName())
                                ? Optional.ofNullable(compile(context, field, type))
                                : Optional.empty())
                .orElse(null);
    }

    /** Null where it has to be completed by the library. */
    private static @Nullable Object valueOf(Shape shape, Object source, ExecutionContext context) {
        try {
            return shape.value(source, context);
        } catch (NotPlainException unusual) {
            return null;
        }
    }

    private @Nullable Plan compile(ExecutionContext context, MergedField field, GraphQLObjectType type) {
        Map<String, MergedField> selected = collector
                .collectFields(
                        FieldCollectorParameters.newParameters()
                                .schema(context.getGraphQLSchema())
                                .objectType(type)
                                .fragments(context.getFragmentsByName())
                                .variables(Map.of())
                                .graphQLContext(GraphQLContext.getDefault())
                                .build(),
                        field)
                .getSubFields();
        List<Member> members = new ArrayList<>(selected.size());
        for (Map.Entry<String, MergedField> entry : selected.entrySet()) {
            Member member = member(context, entry.getKey(), entry.getValue(), type);
            if (member == null) {
                return null;
            }
            members.add(member);
        }
        return new Plan(members);
    }

    private @Nullable Member member(ExecutionContext context, String key, MergedField field, GraphQLObjectType parent) {
        if (field.getName().equals("__typename")) {
            return new Member(key, null, null, new TypeName(parent.getName()));
        }
        GraphQLFieldDefinition definition = parent.getFieldDefinition(field.getName());
        DataFetcher<?> fetcher = context.getGraphQLSchema().getCodeRegistry().getDataFetcher(parent, definition);
        if (!(fetcher instanceof LightDataFetcher<?> light)
                || !definition.getArguments().isEmpty()) {
            return null;
        }
        GraphQLType leaf = unwrapped(definition.getType());
        Shape shape = null;
        if (leaf instanceof GraphQLScalarType scalar) {
            shape = new Scalar(scalar);
        } else if (leaf instanceof GraphQLEnumType constants) {
            shape = new Constant(constants);
        } else if (leaf instanceof GraphQLObjectType object) {
            shape = compile(context, field, object);
        }
        return shape == null ? null : new Member(key, definition, light, shape(definition.getType(), shape));
    }

    private static GraphQLType unwrapped(GraphQLType type) {
        if (type instanceof GraphQLNonNull present) {
            return unwrapped(present.getWrappedType());
        }
        return type instanceof GraphQLList list ? unwrapped(list.getWrappedType()) : type;
    }

    private static Shape shape(GraphQLType type, Shape leaf) {
        if (type instanceof GraphQLNonNull present) {
            return new Present(shape(present.getWrappedType(), leaf));
        }
        return type instanceof GraphQLList list ? new Elements(shape(list.getWrappedType(), leaf)) : leaf;
    }

    /** Whether it selects the same whatever the variables. */
    private static boolean isFixed(@Nullable SelectionSet selections, Map<String, FragmentDefinition> fragments) {
        if (selections == null) {
            return true;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof DirectivesContainer<?> container
                    && !container.getDirectives().isEmpty()) {
                return false;
            }
            if (!isFixed(below(selection, fragments), fragments)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable SelectionSet below(Selection<?> selection, Map<String, FragmentDefinition> fragments) {
        if (selection instanceof Field field) {
            return field.getSelectionSet();
        }
        return selection instanceof InlineFragment inline
                ? inline.getSelectionSet()
                : Objects.requireNonNull(fragments.get(((FragmentSpread) selection).getName()))
                        .getSelectionSet();
    }

    /** What a value is made into. */
    private interface Shape {
        /** Null for null; fails with {@link NotPlainException} where the value is not what its type says. */
        @Nullable
        Object value(@Nullable Object source, ExecutionContext context);
    }

    private record Plan(List<Member> members) implements Shape {
        @Override
        public @Nullable Object value(@Nullable Object source, ExecutionContext context) {
            if (source == null) {
                return null;
            }
            Map<String, @Nullable Object> object = new LinkedHashMap<>(members.size() * 2);
            for (Member member : members) {
                object.put(member.key, member.value(source, context));
            }
            return object;
        }
    }

    private record Member(
            String key,
            @Nullable GraphQLFieldDefinition definition,
            @Nullable LightDataFetcher<?> fetcher,
            Shape shape) {
        @Nullable
        Object value(Object source, ExecutionContext context) {
            try {
                Object value = fetcher == null
                        ? source
                        : fetcher.get(definition, source, () -> {
                            throw new NotPlainException();
                        });
                return shape.value(value, context);
            } catch (Exception failure) {
                throw failure instanceof NotPlainException known ? known : new NotPlainException();
            }
        }
    }

    private record TypeName(String name) implements Shape {
        @Override
        public Object value(@Nullable Object source, ExecutionContext context) {
            return name;
        }
    }

    private record Scalar(GraphQLScalarType type) implements Shape {
        @Override
        public @Nullable Object value(@Nullable Object source, ExecutionContext context) {
            return source == null
                    ? null
                    : type.getCoercing().serialize(source, context.getGraphQLContext(), Locale.ROOT);
        }
    }

    private record Constant(GraphQLEnumType type) implements Shape {
        @Override
        public @Nullable Object value(@Nullable Object source, ExecutionContext context) {
            return source == null ? null : type.serialize(source, context.getGraphQLContext(), Locale.ROOT);
        }
    }

    private record Present(Shape shape) implements Shape {
        @Override
        public Object value(@Nullable Object source, ExecutionContext context) {
            Object value = shape.value(source, context);
            if (value == null) {
                throw new NotPlainException();
            }
            return value;
        }
    }

    private record Elements(Shape shape) implements Shape {
        @Override
        public @Nullable Object value(@Nullable Object source, ExecutionContext context) {
            if (source == null) {
                return null;
            }
            if (!(source instanceof Iterable<?> elements)) {
                throw new NotPlainException();
            }
            List<@Nullable Object> values = new ArrayList<>();
            for (Object element : elements) {
                values.add(shape.value(element, context));
            }
            return values;
        }
    }

    /** The library shall see to it. */
    private static final class NotPlainException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPlainException() {
            super("Not plain.", null, false, false);
        }
    }
}
