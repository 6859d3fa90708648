package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Spans.span;

import java.util.Locale;
import java.util.Set;

/** Recognises values in text, quoted or not, and those that are not secrets. */
final class Values {
    private static final int GAP_CHARS_MAX = 16;
    private static final int REFERENCE_CHARS_MAX = 64;

    private static final Set<String> LITERALS =
            Set.of("null", "none", "nil", "undefined", "true", "false", "{}", "[]", "()");

    private Values() {}

    /** The span of a value; NONE if it is empty, a literal such as null, a reference or already redacted. */
    static long secret(String text, int start, int end) {
        boolean secret = start < end
                && !text.startsWith(TextSecrets.REPLACEMENT, start)
                && (end - start > 9
                        || !LITERALS.contains(text.substring(start, end).toLowerCase(Locale.ROOT)))
                && !isReference(text, start, end);
        return secret ? span(start, end) : NONE;
    }

    /** Whether a value only names a variable. */
    private static boolean isReference(String text, int start, int end) {
        return "$%{#".indexOf(text.charAt(start)) >= 0 && referenceEnd(text, start) >= end;
    }

    /**
     * The end of a reference: {@code $PASSWORD}, {@code ${db.password}}, {@code $(command)}, {@code %PASSWORD%},
     * {@code {{ password }}}; -1 if there is none. A default, as in {@code ${PASSWORD:-hunter2}}, may be a secret.
     */
    private static int referenceEnd(String text, int start) {
        if (text.startsWith("$(", start)) {
            return text.length();
        }
        for (String braces : new String[] {"${{", "{{", "${", "#{"}) {
            if (text.startsWith(braces, start)) {
                boolean two = braces.endsWith("{{");
                int end = nameEnd(text, start + braces.length(), two ? "._- " : "._-");
                return text.startsWith(two ? "}}" : "}", end) ? end + (two ? 2 : 1) : -1;
            }
        }
        if (text.startsWith("$env:", start)) {
            return nameEnd(text, start + 5, "_");
        }
        int end = nameEnd(text, start + 1, "_");
        boolean upperCase = text.substring(start, end).chars().noneMatch(Character::isLowerCase);
        if (end == start + 1 || !upperCase) {
            return -1;
        }
        return switch (text.charAt(start)) {
            case '$' -> end;
            case '%' -> text.startsWith("%", end) ? end + 1 : -1;
            default -> -1;
        };
    }

    private static int nameEnd(String text, int start, String others) {
        return runEnd(text, start, Math.min(text.length(), start + REFERENCE_CHARS_MAX), others);
    }

    /** Whether a value is a number of at most four digits, such as a count or a signal. */
    static boolean isSmallNumber(String text, int start, int end) {
        return end - start <= 4 && isNumber(text, start, end);
    }

    static boolean isNumber(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** The index of the opening quote at {@code start}, after backslashes or string prefixes; -1 if there is none. */
    static int quoteAt(String text, int start) {
        int quote = start;
        while (quote < text.length() && quote - start < 2 && "uUbBrRfF@$".indexOf(text.charAt(quote)) >= 0) {
            quote++;
        }
        while (quote < text.length() && quote - start < GAP_CHARS_MAX && text.charAt(quote) == '\\') {
            quote++;
        }
        return quote < text.length() && isQuote(text.charAt(quote)) ? quote : -1;
    }

    /**
     * The end of the string that starts at {@code quote}, at most {@code max}. The closing quote has as many
     * backslashes.
     */
    static int closingQuote(String text, int quote, int max) {
        int opening = beforeBackslashes(text, quote);
        if (opening < quote) {
            String closing = text.substring(opening, quote + 1);
            for (int i = quote + 1; i < max; i++) {
                if (text.charAt(i) == '\\' && text.startsWith(closing, i)) {
                    return i;
                }
            }
            return max;
        }
        for (int i = quote + 1; i < max; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == text.charAt(quote)) {
                return i;
            }
        }
        return max;
    }

    /** The index after the bracket that closes the one at {@code start}, within the line unless {@code beyondLine}. */
    static int closingBracket(String text, int start, boolean beyondLine) {
        int depth = 0;
        int i = start;
        for (; i < text.length() && (beyondLine || text.charAt(i) != '\n'); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                i = closingQuote(text, i, text.length());
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return Math.min(i, text.length());
    }

    static int skip(String text, int start) {
        int end = start;
        while (end < text.length() && end - start < GAP_CHARS_MAX && isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static int skipBack(String text, int end) {
        int start = end;
        while (start > 0 && end - start < GAP_CHARS_MAX && isSpace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    static int beforeBackslashes(String text, int end) {
        int start = end;
        while (start > 0 && text.charAt(start - 1) == '\\') {
            start--;
        }
        return start;
    }

    static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    static boolean isValueEnd(char c) {
        return c <= ' ' || isQuote(c) || ",;&)}]<>|\\".indexOf(c) >= 0;
    }
}
