package dev.runlog.gateway.graphql.render;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.graphql.resolve.ListSelection;
import dev.runlog.gateway.json.EncodedJson;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.Caches;
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
import graphql.language.OperationDefinition.Operation;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes selections that need only properties of loaded objects, such as a page of executions with their times,
 * straight to JSON. The library decides, times and merges each field, which for such a page costs more than everything
 * else (docs/decisions/0004-speed.md). Here, the properties that a selection reads are determined once for each cached
 * query.
 *
 * <p>A selection is plain if every field in it, at any depth, has a {@link LightDataFetcher}, all types are objects,
 * lists, enums and scalars, and there are no directives. The library completes all other selections, and every value
 * that does not fit its type. {@code PlainSelectionsTest} checks that both ways give the same answers.
 */
public final class PlainSelections extends AsyncExecutionStrategy {
    /** By the field of the parsed query: weak keys are compared by identity, and are removed with the query. */
    private final Cache<Field, Optional<Plan>> plans =
            Caches.builder().weakKeys().build();

    /** Approximate heap that the library takes for each value that it completes. */
    private static final int VALUE_BYTES = 600;

    private final FieldCollector collector = new FieldCollector();

    public PlainSelections(DataFetcherExceptionHandler failures) {
        super(failures);
    }

    @Override
    protected FieldValueInfo completeValue(ExecutionContext context, ExecutionStrategyParameters parameters)
            throws NonNullableFieldWasNullException {
        Object source = parameters.getSource();
        Allowance allowance = allowance(context);
        try {
            allowance.take(VALUE_BYTES);
        } catch (RunlogException tooMuch) {
            // The whole response is refused, so nothing below is completed.
            return new FieldValueInfo(FieldValueInfo.CompleteValueType.SCALAR, EncodedJson.NOTHING);
        }
        if (source != null) {
            GraphQLType type = parameters.getExecutionStepInfo().getUnwrappedNonNullType();
            if (unwrapped(type) instanceof GraphQLObjectType object
                    && parameters.getField().getFields().size() == 1) {
                Plan plan = plan(context, parameters.getField(), object);
                Object value = plan == null ? null : valueOf(shape(type, plan), source, context);
                if (value != null) {
                    // A scalar, so the library does not look for loaders to dispatch.
                    return new FieldValueInfo(FieldValueInfo.CompleteValueType.SCALAR, value);
                }
            }
        }
        return super.completeValue(context, parameters);
    }

    /**
     * Writes values of an object type, and returns null for one that does not fit. Null if the selection is not plain.
     */
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

    private static Allowance allowance(ExecutionContext context) {
        AnswerMemory.Lease lease = context.getGraphQLContext().get(AnswerMemory.Lease.class);
        return lease == null || context.getOperationDefinition().getOperation() == Operation.SUBSCRIPTION
                ? Allowance.UNLIMITED
                : lease;
    }

    /** Null if the library has to complete it. */
    private static @Nullable Object valueOf(Shape shape, Object source, ExecutionContext context) {
        try {
            return EncodedJson.of(json -> shape.write(source, context, json), allowance(context));
        } catch (RunlogException tooMuch) {
            return EncodedJson.NOTHING;
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
        SerializedString name = new SerializedString(key);
        if (field.getName().equals("__typename")) {
            return new Member(name, null, null, new TypeName(parent.getName()));
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
        return shape == null ? null : new Member(name, definition, light, shape(definition.getType(), shape));
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

    /** Whether it selects the same fields for all variables. */
    private static boolean isFixed(@Nullable SelectionSet selections, Map<String, FragmentDefinition> fragments) {
        if (selections == null) {
            return true;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof DirectivesContainer<?> container
                    && !container.getDirectives().isEmpty()) {
                return false;
            }
            if (!isFixed(ListSelection.within(selection, fragments), fragments)) {
                return false;
            }
        }
        return true;
    }

    /** Writes the values of one type. */
    private interface Shape {
        /** Returns whether the value is not null; throws {@link NotPlainException} if it does not fit its type. */
        boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException;
    }

    private record Plan(List<Member> members) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            if (source == null) {
                json.writeNull();
                return false;
            }
            json.writeStartObject();
            for (Member member : members) {
                json.writeFieldName(member.name);
                member.shape.write(member.value(source), context, json);
            }
            json.writeEndObject();
            return true;
        }
    }

    private record Member(
            SerializedString name,
            @Nullable GraphQLFieldDefinition definition,
            @Nullable LightDataFetcher<?> fetcher,
            Shape shape) {
        @Nullable
        Object value(Object source) {
            if (fetcher == null) {
                return source;
            }
            try {
                return fetcher.get(definition, source, () -> {
                    throw new NotPlainException();
                });
            } catch (Exception failure) {
                throw failure instanceof NotPlainException known ? known : new NotPlainException();
            }
        }
    }

    private record TypeName(String name) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            json.writeString(name);
            return true;
        }
    }

    private record Scalar(GraphQLScalarType type) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            return writeLeaf(json, source, value -> type.getCoercing()
                    .serialize(value, context.getGraphQLContext(), Locale.ROOT));
        }
    }

    private record Constant(GraphQLEnumType type) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            return writeLeaf(json, source, value -> type.serialize(value, context.getGraphQLContext(), Locale.ROOT));
        }
    }

    private static boolean writeLeaf(
            JsonGenerator json, @Nullable Object source, Function<Object, @Nullable Object> serialization)
            throws IOException {
        Object value;
        try {
            value = source == null ? null : serialization.apply(source);
        } catch (RuntimeException unlikeItsType) {
            throw new NotPlainException();
        }
        JsonWriter.write(json, value);
        return value != null;
    }

    private record Present(Shape shape) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            if (!shape.write(source, context, json)) {
                throw new NotPlainException();
            }
            return true;
        }
    }

    private record Elements(Shape shape) implements Shape {
        @Override
        public boolean write(@Nullable Object source, ExecutionContext context, JsonGenerator json) throws IOException {
            if (source == null) {
                json.writeNull();
                return false;
            }
            if (!(source instanceof Iterable<?> elements)) {
                throw new NotPlainException();
            }
            json.writeStartArray();
            for (Object element : elements) {
                shape.write(element, context, json);
            }
            json.writeEndArray();
            return true;
        }
    }

    /** Thrown to let the library complete a value. */
    private static final class NotPlainException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPlainException() {
            super("Not plain.", null, false, false);
        }
    }
}
