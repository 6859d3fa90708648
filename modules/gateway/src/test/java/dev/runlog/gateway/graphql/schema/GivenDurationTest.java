package dev.runlog.gateway.graphql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.GraphQLContext;
import graphql.schema.Coercing;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GivenDurationTest {
    private static final GraphQLContext CONTEXT = GraphQLContext.getDefault();

    @ParameterizedTest
    @ValueSource(strings = {"P90D", "PT2160H", "P1DT12H", "PT1.50S"})
    void isWrittenAsItWasGiven(String text) {
        Coercing<?, ?> scalar = Scalars.DURATION.getCoercing();

        Object given = scalar.parseValue(text, CONTEXT, Locale.ROOT);

        assertThat(given).isInstanceOfSatisfying(GivenDuration.class, duration -> assertThat(duration.value())
                .isEqualTo(Duration.parse(text)));
        assertThat(scalar.serialize(given, CONTEXT, Locale.ROOT)).isEqualTo(text);
    }

    @Test
    void forgetsALongText() {
        String text = "PT0" + "0".repeat(100) + "1S";

        Object given = Scalars.DURATION.getCoercing().parseValue(text, CONTEXT, Locale.ROOT);

        assertThat(given).hasToString("PT1S");
    }
}
