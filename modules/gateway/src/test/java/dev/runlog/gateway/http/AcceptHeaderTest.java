package dev.runlog.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AcceptHeaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream                          | text/event-stream",
                "application/json, text/event-stream        | application/json",
                "application/json;q=0.5, Text/Event-Stream  | text/event-stream",
                "a/b; charset=utf-8; q=0.2, c/d;q=0.3       | c/d",
                "a/b; charset=utf-8; Q=0.2, c/d;q=0.1       | a/b",
                "a/b;q=0, c/d;q=none, e/f;q=, g/h;q=NaN     | ",
            })
    void prefersHighestWeightThenFirst(String header, String preferred) {
        assertThat(AcceptHeader.preferred(header, type -> type)).isEqualTo(Optional.ofNullable(preferred));
    }

    @Test
    void ignoresTypesWithoutValue() {
        Map<String, Integer> values = Map.of("c/d", 2, "e/f", 3);

        Optional<Integer> preferred = AcceptHeader.preferred("a/b, c/d;q=0.1, e/f;q=0.2", values::get);

        assertThat(preferred).contains(3);
    }
}
