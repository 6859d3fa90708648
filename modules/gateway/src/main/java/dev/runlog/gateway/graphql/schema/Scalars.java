package dev.runlog.gateway.graphql.schema;

import static graphql.Scalars.GraphQLInt;

import dev.runlog.contract.text.TimeFormats;
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
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The custom scalars of the schema. */
public final class Scalars {
    public static final GraphQLScalarType DATE_TIME = ofText(
            "DateTime",
            "RFC 3339, such as 2026-11-24T04:26:10.123Z",
            TimeFormats::dateTime,
            TimeFormats::text,
            Instant.class);

    /** Reads a {@link GivenDuration}; writes one as it was given, and a {@link Duration} in its usual form. */
    public static final GraphQLScalarType DURATION = GraphQLScalarType.newScalar()
            .name("Duration")
            .coercing(new TextCoercing<>(
                    "Duration",
                    "ISO 8601, such as P30D or PT1.5S",
                    GivenDuration::parse,
                    Object::toString,
                    GivenDuration.class))
            .build();

    public static final GraphQLScalarType DATE =
            ofText("Date", "a day, such as 2026-11-24", LocalDate::parse, LocalDate::toString, LocalDate.class);

    public static final GraphQLScalarType LONG = GraphQLScalarType.newScalar()
            .name("Long")
            .coercing(new LongCoercing())
            .build();

    /**
     * The specified type. The library reads {@code 1e10000000} by expanding it to ten million digits, which takes half
     * a minute.
     */
    public static final GraphQLScalarType INT = GraphQLInt.transform(type -> type.coercing(new IntCoercing()));

    public static final GraphQLScalarType JSON = GraphQLScalarType.newScalar()
            .name("JSON")
            .coercing(new JsonCoercing())
            .build();

    private Scalars() {}

    private static <T> GraphQLScalarType ofText(
            String name, String form, Function<String, T> parser, Function<T, String> writer, Class<T> type) {
        return GraphQLScalarType.newScalar()
                .name(name)
                .coercing(new TextCoercing<>(name, form, parser, value -> writer.apply(type.cast(value)), type))
                .build();
    }

    /** Values that are written as strings of a certain format. */
    private record TextCoercing<T>(
            String name, String form, Function<String, T> parser, Function<Object, String> writer, Class<T> type)
            implements Coercing<T, String> {
        @Override
        public String serialize(Object value, GraphQLContext context, Locale locale) {
            return writer.apply(value);
        }

        @Override
        public T parseValue(Object input, GraphQLContext context, Locale locale) {
            if (type.isInstance(input)) {
                return type.cast(input);
            }
            if (!(input instanceof String text)) {
                throw new CoercingParseValueException(message());
            }
            try {
                return parser.apply(text);
            } catch (DateTimeException refused) {
                throw new CoercingParseValueException(message(refused), refused);
            }
        }

        @Override
        public T parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            if (!(input instanceof StringValue text)) {
                throw new CoercingParseLiteralException(message());
            }
            try {
                return parser.apply(text.getValue());
            } catch (DateTimeException refused) {
                throw new CoercingParseLiteralException(message(refused), refused);
            }
        }

        @Override
        public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
            return StringValue.of(input.toString());
        }

        private String message(DateTimeException refused) {
            return "Invalid " + name + ": " + refused.getMessage() + ".";
        }

        private String message() {
            return "Invalid " + name + ": not a string (expected " + form + ").";
        }
    }

    private static final class IntCoercing implements Coercing<Integer, Integer> {
        private static final Coercing<?, ?> LIBRARY = GraphQLInt.getCoercing();

        @Override
        public @Nullable Integer serialize(Object value, GraphQLContext context, Locale locale) {
            return (Integer) LIBRARY.serialize(value, context, locale);
        }

        @Override
        public @Nullable Integer parseValue(Object input, GraphQLContext context, Locale locale) {
            if (!(input instanceof Number)) {
                return (Integer) LIBRARY.parseValue(input, context, locale);
            }
            try {
                return new BigDecimal(input.toString()).intValueExact();
            } catch (ArithmeticException | NumberFormatException refused) {
                throw new CoercingParseValueException("Expected a 32-bit integer.", refused);
            }
        }

        @Override
        public @Nullable Integer parseLiteral(
                Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            return (Integer) LIBRARY.parseLiteral(input, variables, context, locale);
        }

        @Override
        public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
            return LIBRARY.valueToLiteral(input, context, locale);
        }
    }

    /** Integers that every client can represent: up to 53 bits and a sign. */
    private static final class LongCoercing implements Coercing<Long, Long> {
        private static final long MAX = (1L << 53) - 1;

        @Override
        public Long serialize(Object value, GraphQLContext context, Locale locale) {
            return Math.max(-MAX, Math.min(MAX, ((Number) value).longValue()));
        }

        @Override
        public Long parseValue(Object input, GraphQLContext context, Locale locale) {
            Long value = input instanceof Number ? valueOf(input.toString()) : null;
            if (value == null) {
                throw new CoercingParseValueException(message());
            }
            return value;
        }

        @Override
        public Long parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            Long value =
                    input instanceof IntValue number ? valueOf(number.getValue().toString()) : null;
            if (value == null) {
                throw new CoercingParseLiteralException(message());
            }
            return value;
        }

        private static @Nullable Long valueOf(String text) {
            try {
                long value = new BigDecimal(text).longValueExact();
                return Math.abs(value) <= MAX ? value : null;
            } catch (ArithmeticException | NumberFormatException refused) {
                return null;
            }
        }

        @Override
        public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
            return IntValue.newIntValue(BigInteger.valueOf(((Number) input).longValue()))
                    .build();
        }

        private static String message() {
            return "Invalid Long (expected an integer from -(2^53 - 1) to 2^53 - 1).";
        }
    }

    /** Any JSON value, as maps, lists, strings, numbers and booleans. Recorded text is returned unchanged. */
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
            } else if (input instanceof BooleanValue bool) {
                return bool.isValue();
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
            throw new CoercingParseLiteralException(
                    "Invalid JSON: an enum value (expected a string, number, boolean, null, list or object).");
        }
    }
}
