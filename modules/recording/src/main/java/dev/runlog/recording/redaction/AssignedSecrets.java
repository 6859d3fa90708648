package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Spans.span;

import java.util.Locale;
import java.util.Set;

/**
 * Finds values of the {@link SecretNames}: assigned with a colon, an equals sign or an arrow, second in a pair of
 * strings, or after a command-line option.
 */
final class AssignedSecrets {
    private static final int GAP_CHARS_MAX = 16;
    private static final int OPTION_CHARS_MAX = 64;
    private static final int COMMAND_CHARS_MAX = 64;
    private static final int PAIR_VALUE_CHARS_MAX = 256;

    /** Words that precede a colon in prose, such as "Unexpected token: }". */
    private static final Set<String> PROSE_BEFORE_COLON =
            Set.of("token", "secret", "secrets", "credential", "credentials", "pass", "jwt", "cookies", "otp");

    /** Words that follow an option in prose, such as "--password is required". */
    private static final Set<String> PROSE_AFTER_OPTION = Set.of(
            "a",
            "an",
            "and",
            "are",
            "argument",
            "as",
            "at",
            "by",
            "can",
            "cannot",
            "does",
            "expects",
            "flag",
            "flags",
            "for",
            "from",
            "has",
            "if",
            "in",
            "instead",
            "into",
            "is",
            "isn't",
            "may",
            "must",
            "needs",
            "not",
            "of",
            "on",
            "option",
            "options",
            "or",
            "parameter",
            "parameters",
            "requires",
            "set",
            "should",
            "that",
            "the",
            "to",
            "value",
            "was",
            "when",
            "which",
            "will",
            "with",
            "without");

    /** Headers whose value is the rest of the line. */
    private static final Set<String> HEADERS = Set.of("authorization", "proxyauthorization", "cookie", "setcookie");

    private static final Set<String> LITERALS =
            Set.of("null", "none", "nil", "undefined", "true", "false", "{}", "[]", "()");

    private final SecretNames names;

    AssignedSecrets(SecretNames names) {
        this.names = names;
    }

    /** The value assigned to a name with the colon or equals sign at {@code at}. */
    long find(String text, int at, int from) {
        boolean colon = text.charAt(at) == ':';
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
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
        if (arrow && !delimited && !(name > 0 && text.charAt(name - 1) == ':') && !isValue(text, valueStart)) {
            return NONE;
        }
        return findValue(text, valueStart, delimited, HEADERS.contains(normalised) || bracketed && arrow);
    }

    /** Whether an arrow is followed by a value rather than the body of a function. */
    private static boolean isValue(String text, int valueStart) {
        int start = skip(text, valueStart);
        if (quoteAt(text, start) >= 0) {
            return true;
        }
        int end = start;
        while (end < text.length() && !isValueEnd(text.charAt(end))) {
            if (text.charAt(end) == '(' || text.charAt(end) == '.') {
                return false;
            }
            end++;
        }
        return hasDigit(text, start, end);
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
        return isSecret(text, start, end) ? span(start, end) : NONE;
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
        return paired && isSecret(text, quote + 1, end) && !text.startsWith(TextSecrets.REPLACEMENT, quote + 1)
                ? span(quote + 1, end)
                : NONE;
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
        while (end < text.length() && text.charAt(end) == '\\' && end - valueEnd < GAP_CHARS_MAX) {
            end++;
        }
        if (end >= text.length() || !isQuote(text.charAt(end))) {
            return false;
        }
        end = skip(text, end + 1);
        return end < text.length() && (text.charAt(end) == ')' || text.charAt(end) == ']');
    }

    /** The word after the command-line option at {@code dash}. */
    long findAfterOption(String text, int dash, int from) {
        if (dash < from || dash > 0 && !isBeforeOption(text.charAt(dash - 1))) {
            return NONE;
        }
        int start = text.startsWith("--", dash) ? dash + 2 : dash + 1;
        int end = runEnd(text, start, Math.min(text.length(), start + OPTION_CHARS_MAX), "-_.");
        if (end == start || end == text.length()) {
            return NONE;
        }
        int value;
        if (end - start > 1 && text.charAt(end) <= ' ' && names.isName(text, start, end)) {
            value = text.startsWith("no-", start) ? end : skip(text, end);
        } else {
            value = start == dash + 1 ? passwordStart(text, dash, end) : end;
        }
        if (value == end || value >= text.length() || "-<[$(".indexOf(text.charAt(value)) >= 0) {
            return NONE;
        }
        return findWord(text, value);
    }

    private static long findWord(String text, int value) {
        int quote = quoteAt(text, value);
        int start = quote < 0 ? value : quote + 1;
        if (text.startsWith(TextSecrets.REPLACEMENT, start)) {
            return NONE;
        }
        int end = start;
        if (quote >= 0) {
            end = closingQuote(text, quote, text.length());
        } else {
            while (end < text.length() && text.charAt(end) > ' ' && "\"'`;&|<>)\\".indexOf(text.charAt(end)) < 0) {
                end++;
            }
        }
        boolean prose = end - start < 12
                && PROSE_AFTER_OPTION.contains(text.substring(start, end).toLowerCase(Locale.ROOT));
        return !prose && isSecret(text, start, end) ? span(start, end) : NONE;
    }

    /**
     * The start of the password after {@code -p} or {@code -u}; {@code end} if the option means something else. Only
     * after commands that log in does it mean a password: {@code sshpass -p S}, {@code docker login -u me -p S},
     * {@code mysql -u me -pS}, {@code curl -u me:S}.
     */
    private static int passwordStart(String text, int dash, int end) {
        char letter = text.charAt(dash + 1);
        boolean separated = end == dash + 2 && text.charAt(end) == ' ';
        if (letter != 'p' && (letter != 'u' || !separated)) {
            return end;
        }
        String command = commandBefore(text, dash);
        if (letter == 'u') {
            int value = skip(text, end);
            int colon = runEnd(text, value, Math.min(text.length(), value + OPTION_CHARS_MAX), "-_.@\\\"'");
            return command.contains("curl") && colon < text.length() && text.charAt(colon) == ':' ? colon + 1 : end;
        }
        if (!separated) {
            return command.contains("mysql") || command.contains("mariadb") ? dash + 2 : end;
        }
        return command.contains("sshpass")
                        || command.contains("login")
                        || command.contains("-u ")
                        || command.contains("--user")
                ? skip(text, end)
                : end;
    }

    private static String commandBefore(String text, int dash) {
        int start = dash;
        while (start > 0 && dash - start < COMMAND_CHARS_MAX && text.charAt(start - 1) != '\n') {
            start--;
        }
        return text.substring(start, dash);
    }

    private static boolean isSecret(String text, int start, int end) {
        return start < end
                && (end - start > 9
                        || !LITERALS.contains(text.substring(start, end).toLowerCase(Locale.ROOT)));
    }

    /** The index of the opening quote at {@code start}, after backslashes or string prefixes; -1 if there is none. */
    private static int quoteAt(String text, int start) {
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
    private static int closingQuote(String text, int quote, int max) {
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
    private static int closingBracket(String text, int start, boolean beyondLine) {
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

    private static int skip(String text, int start) {
        int end = start;
        while (end < text.length() && end - start < GAP_CHARS_MAX && isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int skipBack(String text, int end) {
        int start = end;
        while (start > 0 && end - start < GAP_CHARS_MAX && isSpace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int beforeBackslashes(String text, int end) {
        int start = end;
        while (start > 0 && text.charAt(start - 1) == '\\') {
            start--;
        }
        return start;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isBeforeOption(char c) {
        return c <= ' ' || isQuote(c) || c == '(' || c == '[';
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    private static boolean isValueEnd(char c) {
        return c <= ' ' || isQuote(c) || ",;&)}]<>|\\".indexOf(c) >= 0;
    }
}
