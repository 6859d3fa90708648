package dev.runlog.gateway.graphql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.StringValue;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quicktheories.core.Gen;

final class ScalarsFuzzTest {
    private static final int MESSAGE_CHARS_MAX = 450;

    @Test
    void dateTimesAreReadOrRefused() {
        check(
                Scalars.DATE_TIME.getCoercing(),
                Inputs.near(
                        "2026-11-24T04:26:10.123Z",
                        "2026-11-24T04:26:10.123456789+05:30",
                        "9999-12-31T23:59:59.999-18:00",
                        "0000-01-01T00:00:00+18:00",
                        "2016-12-31T23:59:60Z"));
    }

    @Test
    void durationsAreReadOrRefused() {
        check(
                Scalars.DURATION.getCoercing(),
                Inputs.near("P30D", "PT1.5S", "-PT-36H", "P106751991167300DT15H30M7.999999999S", "PT0.000000001S"));
    }

    @Test
    void datesAreReadOrRefused() {
        check(Scalars.DATE.getCoercing(), Inputs.near("2026-11-24", "0000-01-01", "+999999999-12-31", "2024-02-29"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-1, -1",
        "1e3, 1000",
        "9007199254740991, 9007199254740991",
        "-9007199254740991, -9007199254740991",
        "9007199254740992, ",
        "1.5, ",
        "1e10000000, "
    })
    void longsAreIntegersThatEveryClientCanHold(String text, @Nullable Long expected) {
        GraphQLContext context = GraphQLContext.getDefault();
        Long value;
        try {
            value = (Long) Scalars.LONG.getCoercing().parseValue(new BigDecimal(text), context, Locale.ROOT);
        } catch (CoercingParseValueException refused) {
            value = null;
        }

        assertThat(value).isEqualTo(expected);
    }

    /** What is read can be written again, and is then read as the same. */
    private static <T, S> void check(Coercing<T, S> scalar, Gen<String> texts) {
        GraphQLContext context = GraphQLContext.getDefault();
        Fuzz.check(texts, text -> {
            T value;
            try {
                value = scalar.parseValue(text, context, Locale.ROOT);
            } catch (CoercingParseValueException refused) {
                assertThat(refused.getMessage()).hasSizeLessThan(MESSAGE_CHARS_MAX);
                value = null;
            }
            T literal;
            try {
                literal = scalar.parseLiteral(
                        StringValue.of(text), CoercedVariables.emptyVariables(), context, Locale.ROOT);
            } catch (CoercingParseLiteralException refused) {
                literal = null;
            }
            assertThat(literal).isEqualTo(value);
            if (value != null) {
                S written = scalar.serialize(value, context, Locale.ROOT);
                T again = scalar.parseValue(written, context, Locale.ROOT);
                assertThat(scalar.serialize(again, context, Locale.ROOT)).isEqualTo(written);
            }
        });
    }
}
