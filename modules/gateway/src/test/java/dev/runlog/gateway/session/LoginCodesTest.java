package dev.runlog.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class LoginCodesTest {
    private final TestClock clock = new TestClock(Instant.parse("2026-11-27T08:00:00Z"));
    private final LoginCodes codes = new LoginCodes(clock);

    @Test
    void redeemsACodeOnce() {
        String code = codes.issue("token", Duration.ofMinutes(10));

        assertThat(codes.isValid(code)).isTrue();
        assertThat(codes.redeem(code + "x")).isNull();
        assertThat(codes.redeem("")).isNull();
        assertThat(codes.redeem(code)).isEqualTo("token");
        assertThat(codes.redeem(code)).isNull();
        assertThat(codes.isValid(code)).isFalse();
    }

    @Test
    void forgetsACodeThatExpired() {
        String code = codes.issue("token", Duration.ofMinutes(10));

        clock.advance(Duration.ofMinutes(10));

        assertThat(codes.isValid(code)).isFalse();
        assertThat(codes.redeem(code)).isNull();
    }

    @Test
    void keepsTheNewestCodeAlone() {
        String first = codes.issue("first", Duration.ofMinutes(10));
        String second = codes.issue("second", Duration.ofMinutes(10));

        assertThat(first).isNotEqualTo(second).hasSize(43);
        assertThat(codes.redeem(first)).isNull();
        assertThat(codes.redeem(second)).isEqualTo("second");
    }
}
