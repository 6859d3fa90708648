package dev.runlog.recording;

import dev.runlog.contract.error.RunlogException;
import org.jspecify.annotations.Nullable;

/** What text may hold: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and short names stay short. */
final class TextRules {
    private static final int SHOWN_MAX = 60;

    private TextRules() {}

    /** Fails with {@code BAD_INPUT} where text of any length cannot be stored; {@code what} names it for the caller. */
    static void requireStorable(@Nullable String text, String what) {
        if (text == null) {
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw RunlogException.badInput(what + " holds a NUL character at position " + i + ".");
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw RunlogException.badInput(what + " holds a lone surrogate at position " + i + ".");
            }
        }
    }

    /** Fails with {@code BAD_INPUT} where a name cannot be stored or is longer than {@code charsMax}. */
    static void requireShort(@Nullable String text, String what, int charsMax) {
        requireStorable(text, what);
        if (text != null && text.length() > charsMax) {
            throw RunlogException.badInput(what + " '" + shown(text) + "' has " + text.length()
                    + " characters; the limit is " + charsMax + ".");
        }
    }

    /** As {@link #requireShort}, and fails where there is nothing but white space. */
    static void requireName(String text, String what, int charsMax) {
        requireShort(text, what, charsMax);
        if (text.isBlank()) {
            throw RunlogException.badInput(what + " is empty.");
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

    /** The first characters, never half of a surrogate pair. */
    static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = chars > 0 && Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end);
    }

    /** The text as a message may quote it. */
    static String shown(String text) {
        return text.length() <= SHOWN_MAX ? text : cut(text, SHOWN_MAX) + "…";
    }
}
