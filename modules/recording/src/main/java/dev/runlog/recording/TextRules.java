package dev.runlog.recording;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What text may hold: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and names are short. */
final class TextRules {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int ESCAPE_CHARS = 6;

    private TextRules() {}

    /** Fails with {@code BAD_INPUT} where text cannot be stored; {@code what} names it for the caller. */
    static void requireStorable(@Nullable String text, String what) {
        int at = text == null ? -1 : SafeText.indexOfUnstorable(text, 0);
        if (text != null && at >= 0) {
            throw RunlogException.badInput("Invalid " + what + ": " + (text.charAt(at) == 0 ? "NUL" : "lone surrogate")
                    + " at position " + at + ".");
        }
    }

    /** The text with U+FFFD in place of characters that cannot be stored; the same where there are none. */
    static String storable(String text) {
        int at = SafeText.indexOfUnstorable(text, 0);
        if (at < 0) {
            return text;
        }
        char[] chars = text.toCharArray();
        for (; at >= 0; at = SafeText.indexOfUnstorable(text, at + 1)) {
            chars[at] = REPLACEMENT;
        }
        return new String(chars);
    }

    /** As {@link #storable}, for JSON, whose escapes may stand for lone surrogates, too. */
    static String storableJson(String json) {
        String text = storable(json);
        int at = loneEscape(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder replaced = new StringBuilder(text);
        for (; at >= 0; at = loneEscape(text, at + ESCAPE_CHARS)) {
            replaced.replace(at, at + ESCAPE_CHARS, "\\ufffd");
        }
        return replaced.toString();
    }

    /** The first escape of a lone surrogate from a place outside of an escape on; -1 where there is none. */
    private static int loneEscape(String json, int from) {
        for (int i = json.indexOf('\\', from); i >= 0; i = json.indexOf('\\', i + 2)) {
            char escaped = escapedAt(json, i);
            if (Character.isHighSurrogate(escaped) && Character.isLowSurrogate(escapedAt(json, i + ESCAPE_CHARS))) {
                i += 2 * ESCAPE_CHARS - 2;
            } else if (Character.isSurrogate(escaped)) {
                return i;
            }
        }
        return -1;
    }

    /** The character of a Unicode escape; NUL where there is none. */
    private static char escapedAt(String json, int at) {
        if (at + ESCAPE_CHARS > json.length() || json.charAt(at) != '\\' || json.charAt(at + 1) != 'u') {
            return 0;
        }
        int value = 0;
        for (int i = at + 2; i < at + ESCAPE_CHARS; i++) {
            value = value << 4 | Math.max(0, Character.digit(json.charAt(i), 16));
        }
        return (char) value;
    }

    /**
     * Fails with {@code BAD_INPUT} for what cannot be an identifier: it is printed by terminals and pages of all kinds, so
     * that it holds no control characters and none that change the direction of text.
     */
    static void requireIdentifier(String text, String what, int charsMax) {
        requireName(text, what, charsMax);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                throw RunlogException.badInput(String.format(
                        Locale.ROOT, "Invalid %s: control character U+%04X at position %d.", what, (int) c, i));
            }
            if (isBidirectional(c)) {
                throw RunlogException.badInput(String.format(
                        Locale.ROOT,
                        "Invalid %s: bidirectional control character U+%04X at position %d.",
                        what,
                        (int) c,
                        i));
            }
        }
    }

    private static boolean isBidirectional(char c) {
        return c == '\u061C'
                || c == '\u200E'
                || c == '\u200F'
                || c >= '\u202A' && c <= '\u202E'
                || c >= '\u2066' && c <= '\u2069';
    }

    /** Fails with {@code BAD_INPUT} where a name cannot be stored or is longer than {@code charsMax}. */
    static void requireShort(@Nullable String text, String what, int charsMax) {
        requireStorable(text, what);
        if (text != null && text.length() > charsMax) {
            throw RunlogException.badInput("Invalid " + what + ": " + SafeText.quote(text) + " has " + text.length()
                    + " characters (limit " + charsMax + ").");
        }
    }

    /** As {@link #requireShort}, and fails where there is nothing but white space. */
    static void requireName(String text, String what, int charsMax) {
        requireShort(text, what, charsMax);
        if (text.isBlank()) {
            throw RunlogException.badInput("Invalid " + what + ": empty.");
        }
    }

    /** The bytes of the text as UTF-8. */
    static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Each half of a surrogate pair counts two of the pair's four bytes.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
