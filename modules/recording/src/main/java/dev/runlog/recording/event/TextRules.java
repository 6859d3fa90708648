package dev.runlog.recording.event;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Rules for text: no NUL, which PostgreSQL rejects, no lone surrogates, and length limits for names. */
final class TextRules {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int ESCAPE_CHARS = 6;

    private TextRules() {}

    /** Fails with {@code BAD_INPUT} if text cannot be stored. The message calls it {@code what}. */
    static void requireStorable(@Nullable String text, String what) {
        int at = text == null ? -1 : SafeText.indexOfUnstorable(text, 0);
        if (text != null && at >= 0) {
            throw RunlogException.badInput("Invalid " + what + ": " + (text.charAt(at) == 0 ? "NUL" : "lone surrogate")
                    + " at position " + at + ".");
        }
    }

    /** Replaces characters that cannot be stored by U+FFFD. */
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

    /** Like {@link #storable}, for JSON: also replaces escapes of lone surrogates. */
    static String storableJson(String json) {
        String text = storable(json);
        int at = indexOfLoneEscape(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder replaced = new StringBuilder(text);
        for (; at >= 0; at = indexOfLoneEscape(text, at + ESCAPE_CHARS)) {
            replaced.replace(at, at + ESCAPE_CHARS, "\\ufffd");
        }
        return replaced.toString();
    }

    /**
     * The index of the first escaped lone surrogate at or after {@code from}, which must not be inside an escape; else
     * -1.
     */
    private static int indexOfLoneEscape(String json, int from) {
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

    /** The character of a Unicode escape; NUL if there is none. */
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
     * Fails with {@code BAD_INPUT} unless the text is a valid identifier. Identifiers appear in terminals and web
     * pages, so control characters and characters that change the text direction are refused.
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

    /** Fails with {@code BAD_INPUT} if text cannot be stored or is longer than {@code charsMax}. */
    static void requireShort(@Nullable String text, String what, int charsMax) {
        requireStorable(text, what);
        if (text != null && text.length() > charsMax) {
            throw RunlogException.badInput("Invalid " + what + ": " + SafeText.quote(text) + " has " + text.length()
                    + " characters (limit " + charsMax + ").");
        }
    }

    /** Like {@link #requireShort}, and also fails if the text is blank. */
    static void requireName(String text, String what, int charsMax) {
        requireShort(text, what, charsMax);
        if (text.isBlank()) {
            throw RunlogException.badInput("Invalid " + what + ": empty.");
        }
    }

    /** The length of the text in UTF-8 bytes. */
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
