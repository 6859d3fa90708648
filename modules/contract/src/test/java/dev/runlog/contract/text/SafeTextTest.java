package dev.runlog.contract.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SafeTextTest {
    private static final String PAIR = "\uD83D\uDE00";

    @Test
    void cutsBetweenCharactersAndNeverWithinAPair() {
        assertThat(SafeText.cut("abc", 3)).isEqualTo("abc");
        assertThat(SafeText.cut("abcd", 3)).isEqualTo("abc");
        assertThat(SafeText.cut("ab" + PAIR, 3)).isEqualTo("ab");
        assertThat(SafeText.cut("a", 0)).isEmpty();
    }

    @Test
    void marksShortenedText() {
        assertThat(SafeText.shorten("abc", 3)).isEqualTo("abc");
        assertThat(SafeText.shorten("abcd", 3)).isEqualTo("abc…");
    }

    @Test
    void escapesWhatATerminalActsOnOrReorders() {
        assertThat(SafeText.show("a\u001B[2J\nb\u0000" + PAIR + "\uDE00"))
                .isEqualTo("a\\u001b[2J\\u000ab\\u0000" + PAIR + "\\ude00");
        assertThat(SafeText.quote("abc\u202Etxt\u2066\u200F")).isEqualTo("'abc\\u202etxt\\u2066\\u200f'");
        assertThat(SafeText.quote("x".repeat(70))).isEqualTo("'" + "x".repeat(60) + "…'");
    }

    @Test
    void findsWhatCannotBeStored() {
        assertThat(SafeText.indexOfUnstorable("a" + PAIR + "b", 0)).isEqualTo(-1);
        assertThat(SafeText.indexOfUnstorable("a\u0000\u0000", 2)).isEqualTo(2);
        assertThat(SafeText.indexOfUnstorable(PAIR + "\uD83D", 0)).isEqualTo(2);
        assertThat(SafeText.indexOfUnstorable("\uDE00", 0)).isZero();
    }
}
