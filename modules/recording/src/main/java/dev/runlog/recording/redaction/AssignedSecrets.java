package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Values.beforeBackslashes;
import static dev.runlog.recording.redaction.Values.closingBracket;
import static dev.runlog.recording.redaction.Values.closingQuote;
import static dev.runlog.recording.redaction.Values.isQuote;
import static dev.runlog.recording.redaction.Values.isSpace;
import static dev.runlog.recording.redaction.Values.isValueEnd;
import static dev.runlog.recording.redaction.Values.quoteAt;
import static dev.runlog.recording.redaction.Values.skip;
import static dev.runlog.recording.redaction.Values.skipBack;

import java.util.Set;

/** Finds values of the {@link SecretNames} assigned with a colon, an equals sign or an arrow, or second in a pair. */
final class AssignedSecrets {
    private static final int ESCAPES_MAX = 16;
    private static final int PAIR_VALUE_CHARS_MAX = 256;

    /** Words that precede a colon in prose, such as "Unexpected token: }". */
    private static final Set<String> PROSE_BEFORE_COLON =
            Set.of("token", "secret", "secrets", "credential", "credentials", "pass", "jwt", "cookies", "otp");

    /** Names that a count may follow, as in "pass=12 fail=0" and "sig: 11". */
    private static final Set<String> COUNTED =
            Set.of("pass", "sig", "token", "secret", "secrets", "credential", "credentials", "cookies");

    /** Headers whose value is the rest of the line. */
    private static final Set<String> HEADERS = Set.of("authorization", "proxyauthorization", "cookie", "setcookie");

    private final SecretNames names;

    AssignedSecrets(SecretNames names) {
        this.names = names;
    }

    /** The value assigned to a name with the colon, equals sign or arrow at {@code at}. */
    long find(String text, int at, int from) {
        boolean colon = text.charAt(at) == ':';
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        boolean thinArrow = text.charAt(at) == '-';
        boolean arrow = !colon && next == '>';
        boolean walrus = colon && next == '=';
        if (colon ? next == ':' : next == '=' || next == '~') {
            return NONE;
        }
        int end = skipBack(text, at);
        boolean quoted = end > 0 && isQuote(text.charAt(end - 1));
        boolean bracketed = false;
        if (quoted) {
            end = beforeBackslashes(text, end - 1);
        } else if (end > 0 && text.charAt(end - 1) == ']') {
            bracketed = true;
            end--;
            if (end > 0 && isQuote(text.charAt(end - 1))) {
                end = beforeBackslashes(text, end - 1);
            }
        }
        int name = names.startOf(text, end);
        if (name < from) {
            return NONE;
        }
        String normalised = SecretNames.normalised(text, name, SecretNames.withoutNumber(text, name, end));
        if (colon && !walrus && !quoted && PROSE_BEFORE_COLON.contains(normalised)) {
            return NONE;
        }
        int valueStart = arrow || walrus ? at + 2 : at + 1;
        boolean delimited = quoted || bracketed;
        if (arrow && !delimited && !(name > 0 && text.charAt(name - 1) == ':')) {
            boolean mayBeWord = !PROSE_BEFORE_COLON.contains(normalised)
                    && !isParameter(text, name)
                    && !(thinArrow && !isSpace(text.charAt(at - 1)));
            if (!isValue(text, valueStart, mayBeWord)) {
                return NONE;
            }
        }
        long found = findValue(text, valueStart, delimited, HEADERS.contains(normalised) || bracketed && arrow);
        return found != NONE
                        && COUNTED.contains(normalised)
                        && Values.isSmallNumber(text, (int) (found >> 32), (int) found)
                ? NONE
                : found;
    }

    /**
     * Whether an arrow is followed by a value rather than the body or type of a function.
     *
     * @param mayBeWord whether a word without digits is a value
     */
    private static boolean isValue(String text, int valueStart, boolean mayBeWord) {
        int start = skip(text, valueStart);
        if (quoteAt(text, start) >= 0) {
            return true;
        }
        int end = start;
        while (end < text.length() && !isValueEnd(text.charAt(end))) {
            if ("(.{[".indexOf(text.charAt(end)) >= 0) {
                return false;
            }
            end++;
        }
        return mayBeWord ? end > start : hasDigit(text, start, end);
    }

    /** Whether the name before an arrow is the parameter of a function: {@code map(password => password)}. */
    private static boolean isParameter(String text, int name) {
        int before = skipBack(text, name);
        return before > 0 && "(=".indexOf(text.charAt(before - 1)) >= 0;
    }

    private static long findValue(String text, int valueStart, boolean nameDelimited, boolean wholeLine) {
        int start = skip(text, valueStart);
        if (text.startsWith(TextSecrets.REPLACEMENT, start)) {
            return NONE;
        }
        int quote = quoteAt(text, start);
        int end;
        if (quote >= 0) {
            start = quote + 1;
            if (text.startsWith(TextSecrets.REPLACEMENT, start)) {
                return NONE;
            }
            end = closingQuote(text, quote, text.length());
        } else if (start < text.length() && (text.charAt(start) == '{' || text.charAt(start) == '[')) {
            end = closingBracket(text, start, nameDelimited);
        } else if (wholeLine) {
            end = start;
            while (end < text.length() && text.charAt(end) != '\n' && !isQuote(text.charAt(end))) {
                end++;
            }
        } else {
            end = start;
            while (end < text.length() && !isValueEnd(text.charAt(end))) {
                end++;
            }
        }
        return Values.secret(text, start, end);
    }

    /** The second of two bracketed strings separated by the comma at {@code comma}, or the argument after an option. */
    long findInPair(String text, int comma, int from) {
        if (comma == 0 || !isQuote(text.charAt(comma - 1))) {
            return NONE;
        }
        int name = names.startOf(text, beforeBackslashes(text, comma - 1));
        if (name < from || name == 0 || !isQuote(text.charAt(name - 1))) {
            return NONE;
        }
        boolean option = text.charAt(name) == '-';
        int quote = quoteAt(text, skip(text, comma + 1));
        if (quote < 0 || !option && !opensBracket(text, name - 1)) {
            return NONE;
        }
        int end = closingQuote(text, quote, Math.min(text.length(), quote + PAIR_VALUE_CHARS_MAX));
        boolean paired = option ? !text.startsWith("-", quote + 1) : closesBracket(text, end);
        return paired ? Values.secret(text, quote + 1, end) : NONE;
    }

    private static boolean opensBracket(String text, int quote) {
        int start = beforeBackslashes(text, quote);
        if (start > 0 && "uUbB".indexOf(text.charAt(start - 1)) >= 0) {
            start--;
        }
        start = skipBack(text, start);
        return start > 0 && (text.charAt(start - 1) == '(' || text.charAt(start - 1) == '[');
    }

    private static boolean closesBracket(String text, int valueEnd) {
        int end = valueEnd;
        while (end < text.length() && text.charAt(end) == '\\' && end - valueEnd < ESCAPES_MAX) {
            end++;
        }
        if (end >= text.length() || !isQuote(text.charAt(end))) {
            return false;
        }
        end = skip(text, end + 1);
        return end < text.length() && (text.charAt(end) == ')' || text.charAt(end) == ']');
    }
}
