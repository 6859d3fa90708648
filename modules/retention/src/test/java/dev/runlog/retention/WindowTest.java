package dev.runlog.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WindowTest {
    @ParameterizedTest
    @CsvSource({
        "02:00-05:00, UTC, 2026-11-24T02:00:00Z, true",
        "02:00-05:00, UTC, 2026-11-24T05:00:00Z, false",
        "02:00-05:00, Europe/Berlin, 2026-11-24T01:00:00Z, true",
        "02:00-05:00, Europe/Berlin, 2026-07-24T00:00:00Z, true",
        "22:00-03:00, UTC, 2026-11-24T23:30:00Z, true",
        "22:00-03:00, UTC, 2026-11-24T02:59:59Z, true",
        "22:00-03:00, UTC, 2026-11-24T12:00:00Z, false",
        "'', UTC, 2026-11-24T12:00:00Z, true"
    })
    void opensAndClosesInItsTimeZone(String window, String zone, Instant moment, boolean open) {
        assertThat(Window.parse(window, zone).isOpen(moment)).isEqualTo(open);
    }

    @Test
    void namesTheKeyOfAnInvalidValue() {
        assertThatThrownBy(() -> Window.parse("2-5", "UTC"))
                .hasMessage("Invalid retention.policy-window: '2-5' (expected a time range such as 02:00-05:00).");
        assertThatThrownBy(() -> Window.parse("", "Mars"))
                .hasMessage("Invalid retention.policy-time-zone: 'Mars' (expected a time zone such as Europe/Berlin).");
    }
}
