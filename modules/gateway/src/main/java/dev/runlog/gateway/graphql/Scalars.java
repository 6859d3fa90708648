package dev.runlog.gateway.graphql;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.NullValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.GraphQLScalarType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The schema's own scalars. */
final class Scalars {
    static final GraphQLScalarType DATE_TIME = ofText(
            "DateTime",
            "RFC 3339, such as 2026-11-24T04:26:10.123Z",
            ScalarFormats::dateTime,
            ResponseWriter::text,
            Instant.class);

    static final GraphQLScalarType DURATION = ofText(
            "Duration",
            "ISO 8601, such as P30D or PT1.5S",
            ScalarFormats::duration,
            Duration::toString,
            Duration.class);

    static final GraphQLScalarType JSON = GraphQLScalarType.newScalar()
            .name("JSON")
            .coercing(new JsonCoercing())
            .build();

    private Scalars() {}

    private static <T> GraphQLScalarType ofText(
            String name, String form, Function<String, T> parser, Function<T, String> writer, Class<T> type) {
        return GraphQLScalarType.newScalar()
                .name(name)
                .coercing(new TextCoercing<>(name, form, parser, writer, type))
                .build();
    }

    /** Values that are written as a string of a certain form. */
    private record TextCoercing<T>(
            String name, String form, Function<String, T> parser, Function<T, String> writer, Class<T> type)
            implements Coercing<T, String> {
        @Override
        public String serialize(Object value, GraphQLContext context, Locale locale) {
            return writer.apply(type.cast(value));
        }

        @Override
        public T parseValue(Object input, GraphQLContext context, Locale locale) {
            if (type.isInstance(input)) {
                return type.cast(input);
            }
            if (!(input instanceof String text)) {
                throw new CoercingParseValueException(complaint());
            }
            try {
                return parser.apply(text);
            } catch (DateTimeException refused) {
                throw new CoercingParseValueException(complaint(refused), refused);
            }
        }

        @Override
        public T parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            if (!(input instanceof StringValue text)) {
                throw new CoercingParseLiteralException(complaint());
            }
            try {
                return parser.apply(text.getValue());
            } catch (DateTimeException refused) {
                throw new CoercingParseLiteralException(complaint(refused), refused);
            }
        }

        @Override
        public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
            return StringValue.of(input.toString());
        }

        private String complaint(DateTimeException refused) {
            return "Invalid " + name + ": " + refused.getMessage() + ".";
        }

        private String complaint() {
            return "Invalid " + name + ": not a string (expected " + form + ").";
        }
    }

    /** Any JSON value, as maps, lists, strings, numbers and booleans; recorded text goes out as it is. */
    private static final class JsonCoercing implements Coercing<Object, Object> {
        @Override
        public Object serialize(Object value, GraphQLContext context, Locale locale) {
            return value;
        }

        @Override
        public Object parseValue(Object input, GraphQLContext context, Locale locale) {
            return input;
        }

        @Override
        public @Nullable Object parseLiteral(
                Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            if (input instanceof StringValue text) {
                return text.getValue();
            } else if (input instanceof IntValue whole) {
                return whole.getValue();
            } else if (input instanceof FloatValue real) {
                return real.getValue();
            } else if (input instanceof BooleanValue truth) {
                return truth.isValue();
            } else if (input instanceof NullValue) {
                return null;
            } else if (input instanceof VariableReference variable) {
                return variables.get(variable.getName());
            } else if (input instanceof ArrayValue array) {
                List<@Nullable Object> elements = new ArrayList<>();
                array.getValues().forEach(value -> elements.add(parseLiteral(value, variables, context, locale)));
                return elements;
            } else if (input instanceof ObjectValue object) {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                for (ObjectField field : object.getObjectFields()) {
                    members.put(field.getName(), parseLiteral(field.getValue(), variables, context, locale));
                }
                return members;
            }
            throw new CoercingParseLiteralException("A JSON value cannot hold an enum value.");
        }
    }
}
