package dev.runlog.contract.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT0.5S, 0.5 s",
        "PT30S, 30 s",
        "PT90S, 90 s",
        "PT2M, 2 min",
        "PT100S, 100 s",
        "PT36H, 36 h",
        "P1D, 1 day",
        "P12D, 12 days"
    })
    void namesTheLargestWholeUnit(Duration duration, String text) {
        assertThat(DurationText.of(duration)).isEqualTo(text);
    }
}
