package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Values.closingQuote;
import static dev.runlog.recording.redaction.Values.isQuote;
import static dev.runlog.recording.redaction.Values.quoteAt;
import static dev.runlog.recording.redaction.Values.skip;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the values of command-line options: of those with one of the {@link SecretNames}, of {@code --user name:secret},
 * and of short options that mean a password after some commands.
 */
final class OptionSecrets {
    private static final int OPTION_CHARS_MAX = 64;
    private static final int COMMAND_CHARS_MAX = 64;
    private static final int USER_CHARS_MAX = 64;

    /** Options whose value is a name, a colon and a password. */
    private static final Set<String> LOGINS = Set.of("u", "U", "user", "proxy-user", "a", "auth");

    private static final Words HTTP_COMMANDS = new Words("curl", "wget", "http ", "https ", "xh ");

    /** In these commands, {@code -u} and {@code --user} have a user and a group. */
    private static final Words GROUP_COMMANDS = new Words("docker", "podman", "nerdctl", "compose", "chown", "install");

    /** Short options for passwords, the commands that have them, and whether the password follows without a space. */
    private static final List<ShortOption> SHORT_OPTIONS = List.of(
            new ShortOption("p", true, new Words("mysql", "mariadb", "7z")),
            new ShortOption("p", false, new Words("sshpass", "login", "-u ", "--user")),
            new ShortOption("P", false, new Words("sqlcmd", "bcp ", "isql", "zip ")),
            new ShortOption("a", false, new Words("redis-cli", "valkey-cli", "keydb-cli")),
            new ShortOption("w", false, new Words("ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami")),
            new ShortOption("pw", false, new Words("plink", "pscp", "psftp", "putty")),
            new ShortOption("passin", false, new Words("openssl")),
            new ShortOption("passout", false, new Words("openssl")));

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

    private record ShortOption(String name, boolean joined, Words commands) {}

    /** Words to find before an option, in one pass. */
    private static final class Words {
        private final List<String> words;
        private final boolean[] firstLetters = new boolean[0x80];

        Words(String... words) {
            this.words = List.of(words);
            this.words.forEach(word -> firstLetters[word.charAt(0)] = true);
        }

        boolean precede(String text, int dash) {
            int min = Math.max(0, dash - COMMAND_CHARS_MAX);
            for (int i = dash - 1; i >= min && text.charAt(i) != '\n'; i--) {
                char c = text.charAt(i);
                if (c < 0x80 && firstLetters[c] && begin(text, i)) {
                    return true;
                }
            }
            return false;
        }

        private boolean begin(String text, int at) {
            for (String word : words) {
                if (text.startsWith(word, at)) {
                    return true;
                }
            }
            return false;
        }
    }

    private final SecretNames names;

    OptionSecrets(SecretNames names) {
        this.names = names;
    }

    /** The value of the command-line option at {@code dash}. */
    long find(String text, int dash, int from) {
        if (dash < from || dash > 0 && !isBeforeOption(text.charAt(dash - 1))) {
            return NONE;
        }
        int start = text.startsWith("--", dash) ? dash + 2 : dash + 1;
        int end = runEnd(text, start, Math.min(text.length(), start + OPTION_CHARS_MAX), "-_.");
        if (end == start) {
            return NONE;
        }
        if (end < text.length() && text.charAt(end) <= ' ' && end - start > 1 && names.isName(text, start, end)) {
            return text.startsWith("no-", start) ? NONE : findWord(text, skip(text, end));
        }
        long password = findAfterUser(text, dash, start, end);
        return password != NONE || start == dash + 2 ? password : findAfterShortOption(text, dash, end);
    }

    /** The password in {@code curl -u name:password}. */
    private static long findAfterUser(String text, int dash, int start, int end) {
        int value;
        if (LOGINS.contains(text.substring(start, end))) {
            boolean assigned = end < text.length() && text.charAt(end) == '=';
            value = assigned ? end + 1 : skip(text, end);
        } else if (start == dash + 1 && (text.charAt(start) == 'u' || text.charAt(start) == 'U')) {
            value = start + 1;
        } else {
            return NONE;
        }
        int colon = runEnd(text, value, Math.min(text.length(), value + USER_CHARS_MAX), "-_.@\\\"'${}%+");
        if (colon == value || colon >= text.length() || text.charAt(colon) != ':') {
            return NONE;
        }
        long found = findWord(text, colon + 1);
        if (found == NONE) {
            return NONE;
        }
        boolean joined = value == start + 1 && value < end;
        boolean likely = !joined
                && hasDigit(text, colon + 1, (int) found)
                && !Values.isNumber(text, colon + 1, (int) found)
                && !GROUP_COMMANDS.precede(text, dash);
        return likely || HTTP_COMMANDS.precede(text, dash) ? found : NONE;
    }

    private static long findAfterShortOption(String text, int dash, int end) {
        for (ShortOption option : SHORT_OPTIONS) {
            int nameEnd = dash + 1 + option.name.length();
            boolean separated = nameEnd < text.length() && text.charAt(nameEnd) == ' ';
            if (text.startsWith(option.name, dash + 1)
                    && option.joined != separated
                    && !(separated && end != nameEnd)
                    && option.commands.precede(text, dash)) {
                return findWord(text, option.joined ? nameEnd : skip(text, nameEnd));
            }
        }
        return NONE;
    }

    private static long findWord(String text, int value) {
        if (value >= text.length() || "-<[(".indexOf(text.charAt(value)) >= 0) {
            return NONE;
        }
        int quote = quoteAt(text, value);
        int start = quote < 0 ? value : quote + 1;
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
        return prose ? NONE : Values.secret(text, start, end);
    }

    private static boolean isBeforeOption(char c) {
        return c <= ' ' || isQuote(c) || c == '(' || c == '[';
    }
}
