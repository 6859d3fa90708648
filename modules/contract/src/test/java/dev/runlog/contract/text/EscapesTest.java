package dev.runlog.contract.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EscapesTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 7, 8, '\r', 0x1b, 0x7f, 0x80, 0x9b, 0x9f, 0xad, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a,
                0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xd800, 0xfeff, 0xe0041
            })
    void escapesWhatATerminalObeysOrReorders(int point) {
        String text = "a" + Character.toString(point) + "z";

        assertThat(Escapes.lines(text)).isEqualTo(Escapes.line(text)).matches("a(\\\\u[0-9a-f]{4}){1,2}z");
    }

    @Test
    void keepsTextOfAllLanguages() {
        String text = "plain, übung, 日本語, עברית, العربية, می‌خواهم, 👩‍💻, e\u0301, 100 %";

        assertThat(Escapes.line(text)).isSameAs(text);
    }

    @Test
    void keepsLineBreaksAndTabsOnlyInMultilineText() {
        assertThat(Escapes.lines("a\n\tb\rc")).isEqualTo("a\n\tb\\u000dc");
        assertThat(Escapes.line("a\n\tb")).isEqualTo("a\\u000a\\u0009b");
    }
}
