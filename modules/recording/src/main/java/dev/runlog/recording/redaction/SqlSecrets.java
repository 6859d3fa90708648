package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.isLetterOrDigit;
import static dev.runlog.recording.redaction.Values.closingQuote;
import static dev.runlog.recording.redaction.Values.isQuote;
import static dev.runlog.recording.redaction.Values.isSpace;
import static dev.runlog.recording.redaction.Values.isValueEnd;
import static dev.runlog.recording.redaction.Values.quoteAt;
import static dev.runlog.recording.redaction.Values.skip;
import static dev.runlog.recording.redaction.Values.skipBack;

import java.util.List;
import java.util.Locale;

/** Finds passwords in SQL: {@code PASSWORD 'S'}, {@code PASSWORD('S')} and {@code IDENTIFIED BY 'S'}. */
final class SqlSecrets {
    private static final int VALUE_CHARS_MAX = 256;
    private static final int STATEMENT_CHARS_MAX = 128;
    private static final int PLUGIN_CHARS_MAX = 40;
    private static final String IDENTIFIED = "IDENTIFIED";
    private static final String IDENTIFIED_WITH = "IDENTIFIED WITH";
    private static final List<String> PASSWORDS = List.of("password", "passwd", "pwd", "passphrase");
    private static final List<String> STATEMENTS = List.of("create ", "alter ", "grant ", "set ");

    private final SecretNames names;

    SqlSecrets(SecretNames names) {
        this.names = names;
    }

    /** The string with the opening quote at {@code quote} if it follows a word for password. */
    long findAfterPassword(String text, int quote, int from) {
        char before = quote == 0 ? 'x' : text.charAt(quote - 1);
        if (!isSpace(before) && before != '(') {
            return NONE;
        }
        int end = skipBack(text, before == '(' ? quote - 1 : quote);
        int name = names.startOf(text, end);
        if (name < from) {
            return NONE;
        }
        String normalised = SecretNames.normalised(text, name, end);
        boolean password = before == '('
                ? normalised.equals("password")
                : PASSWORDS.stream().anyMatch(normalised::endsWith);
        // After a space, the quote may also end a string: 'password ' + name.
        if (!password || quote + 1 >= text.length() || " +,)".indexOf(text.charAt(quote + 1)) >= 0) {
            return NONE;
        }
        return Values.secret(text, quote + 1, stringEnd(text, quote));
    }

    /** The word or string after {@code IDENTIFIED BY}, with "BY" at {@code by}. */
    long findIdentifiedBy(String text, int by, int from) {
        if (by < from || by == 0 || !isSpace(text.charAt(by - 1)) || !text.regionMatches(true, by, "by ", 0, 3)) {
            return NONE;
        }
        int identified = identifiedBefore(text, by);
        if (identified < 0) {
            return NONE;
        }
        if (!text.startsWith(IDENTIFIED, identified)) {
            // Prose, unless it is a statement in lower case.
            String statement =
                    text.substring(Math.max(0, by - STATEMENT_CHARS_MAX), by).toLowerCase(Locale.ROOT);
            if (STATEMENTS.stream().noneMatch(statement::contains)) {
                return NONE;
            }
        }
        int start = skip(text, by + 2);
        if (start < text.length() && isQuote(text.charAt(start))) {
            return Values.secret(text, start + 1, stringEnd(text, start));
        }
        int quote = quoteAt(text, start);
        if (quote >= 0) {
            return Values.secret(text, quote + 1, closingQuote(text, quote, bound(text, quote)));
        }
        int end = start;
        int max = bound(text, start);
        while (end < max && !isValueEnd(text.charAt(end))) {
            end++;
        }
        boolean keyword = text.startsWith("VALUES", start) || text.regionMatches(true, start, "PASSWORD", 0, 8);
        return keyword ? NONE : Values.secret(text, start, end);
    }

    /** The start of {@code IDENTIFIED} or {@code IDENTIFIED WITH plugin} before {@code BY}; -1 if there is none. */
    private static int identifiedBefore(String text, int by) {
        int end = skipBack(text, by);
        int start = end - IDENTIFIED.length();
        if (text.regionMatches(true, start, IDENTIFIED, 0, IDENTIFIED.length())) {
            return start;
        }
        int plugin = end;
        while (plugin > 0 && end - plugin < PLUGIN_CHARS_MAX && !isSpace(text.charAt(plugin - 1))) {
            plugin--;
        }
        int with = skipBack(text, plugin) - IDENTIFIED_WITH.length();
        return text.regionMatches(true, with, IDENTIFIED_WITH, 0, IDENTIFIED_WITH.length()) ? with : -1;
    }

    /** The end of a string in which a doubled quote before a letter or digit stands for one. */
    private static int stringEnd(String text, int quote) {
        int max = bound(text, quote);
        int end = closingQuote(text, quote, max);
        while (end + 2 < max && text.charAt(end + 1) == text.charAt(quote) && isLetterOrDigit(text.charAt(end + 2))) {
            end = closingQuote(text, end + 1, max);
        }
        return end;
    }

    private static int bound(String text, int start) {
        return Math.min(text.length(), start + VALUE_CHARS_MAX);
    }
}
