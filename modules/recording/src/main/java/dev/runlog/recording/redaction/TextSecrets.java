package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;

import org.jspecify.annotations.Nullable;

/**
 * Finds secrets in text: bearer and basic credentials, JSON web tokens, private keys, keys of well-known services,
 * passwords in URLs and SQL, and values of the {@link SecretNames}.
 *
 * <p>Each secret contains one of a few mark characters, and only those are examined. The time is linear in the length
 * of the text: each mark looks back a bounded distance, and a secret that was found is not examined again.
 */
final class TextSecrets {
    static final String REPLACEMENT = "[redacted]";

    /** Maximum distance between the start of a secret and its mark. */
    private static final int MARK_DISTANCE_MAX = 64;

    /** The mark characters, all ASCII. */
    private static final boolean[] MARKS = new boolean[0x80];

    static {
        for (char mark : new char[] {':', '=', ',', 'J', 'b', 'B', '-', '\'', '<', '&'}) {
            MARKS[mark] = true;
        }
        for (char mark = 0; mark < 0x80; mark++) {
            MARKS[mark] |= ServiceKeys.hasMark(mark);
        }
    }

    private final SecretNames names;
    private final AssignedSecrets assigned;
    private final OptionSecrets options;
    private final SqlSecrets sql;
    private final TagSecrets tags;

    TextSecrets(SecretNames names) {
        this.names = names;
        this.assigned = new AssignedSecrets(names);
        this.options = new OptionSecrets(names);
        this.sql = new SqlSecrets(names);
        this.tags = new TagSecrets(names);
    }

    RedactedText redact(String text) {
        return redact(text, Integer.MAX_VALUE - MARK_DISTANCE_MAX);
    }

    /**
     * Redacts text that will be cut.
     *
     * @param charsMax number of characters to redact; the result may be longer and still contain secrets after them
     */
    RedactedText redact(String text, int charsMax) {
        StringBuilder redacted = null;
        int copied = 0;
        int count = 0;
        int end = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || !MARKS[c]) {
                continue;
            }
            if ((redacted == null ? 0 : redacted.length()) + i - copied > charsMax + MARK_DISTANCE_MAX) {
                end = i;
                break;
            }
            long found = find(text, i, copied);
            if (found != NONE) {
                redacted = redacted == null ? new StringBuilder() : redacted;
                redacted.append(text, copied, (int) (found >> 32)).append(REPLACEMENT);
                copied = (int) found;
                i = Math.max(i, copied - 1);
                count++;
            }
        }
        return redacted == null
                ? new RedactedText(text, 0)
                : new RedactedText(redacted.append(text, copied, end).toString(), count);
    }

    /** Whether JSON may contain secrets. May return true for JSON without any, but never false for JSON with one. */
    boolean mayOccurIn(String json) {
        int backslash = json.indexOf('\\');
        String text = backslash < 0 ? json : withoutSpaceEscapes(json, backslash);
        return text == null || mayOccurInText(text);
    }

    /** Replaces escapes of white space by spaces; null if other escapes may hide a letter or the slashes of a URL. */
    private static @Nullable String withoutSpaceEscapes(String json, int first) {
        char[] chars = json.toCharArray();
        for (int i = first; i >= 0 && i + 1 < chars.length; i = json.indexOf('\\', i + 2)) {
            char escaped = chars[i + 1];
            if (escaped == 'u' || escaped == '/') {
                return null;
            }
            if (escaped != '\\' && escaped != '"') {
                chars[i] = ' ';
                chars[i + 1] = ' ';
            }
        }
        return new String(chars);
    }

    private boolean mayOccurInText(String json) {
        // An array is scanned about twice as fast as a string.
        char[] chars = json.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            char c = chars[i];
            if (c >= 0x80 || !MARKS[c]) {
                continue;
            }
            boolean suspicious =
                    switch (c) {
                        case ':' -> isSuspicious(json, i);
                        case ',' -> followsSecretName(json, i);
                        default -> find(json, i, 0) != NONE;
                    };
            if (suspicious) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the colon follows the name of a secret or a member that names one, or belongs to a URL with credentials.
     */
    private boolean isSuspicious(String json, int colon) {
        if (UrlSecrets.isStart(json, colon)) {
            if (UrlSecrets.find(json, colon) != NONE) {
                return true;
            }
            for (int i = colon + 3; i < json.length() && json.charAt(i) > ' ' && !UrlSecrets.isStart(json, i); i++) {
                if (json.charAt(i) == '@') {
                    return true;
                }
            }
            return false;
        }
        int end = stringEnd(json, colon);
        if (end < 0) {
            return find(json, colon, 0) != NONE;
        }
        return names.isStringBefore(json, end) || JsonSecrets.isNaming(json, end) && namesSecret(json, colon + 1);
    }

    private boolean followsSecretName(String json, int comma) {
        char before = comma == 0 ? ' ' : json.charAt(comma - 1);
        if (before > ' ' && before != '"' && before != '\'' && before != '`') {
            return false;
        }
        int end = stringEnd(json, comma);
        return end < 0
                ? find(json, comma, 0) != NONE
                : names.isStringBefore(json, end) || JsonSecrets.isLoginOption(json, end);
    }

    /** The end of the string before {@code at}; -1 if there is none. */
    private static int stringEnd(String json, int at) {
        int end = at;
        while (end > 0 && json.charAt(end - 1) <= ' ') {
            end--;
        }
        if (end == 0 || json.charAt(end - 1) != '"') {
            return -1;
        }
        end--;
        while (end > 0 && json.charAt(end - 1) == '\\') {
            end--;
        }
        return end;
    }

    private boolean namesSecret(String json, int valueStart) {
        int start = valueStart;
        while (start < json.length() && (json.charAt(start) <= ' ' || json.charAt(start) == '\\')) {
            start++;
        }
        if (start >= json.length() || json.charAt(start) != '"') {
            return false;
        }
        int end = json.indexOf('"', start + 1);
        return end > 0 && names.isName(json, start + 1, end);
    }

    /** The span of the secret with the mark at {@code at}, starting at {@code from} or later; NONE if there is none. */
    private long find(String text, int at, int from) {
        char mark = text.charAt(at);
        long found =
                switch (mark) {
                    case ':' -> findAtColon(text, at, from);
                    case '=' -> assigned.find(text, at, from);
                    case ',' -> assigned.findInPair(text, at, from);
                    case 'J' -> CredentialForms.findJsonWebToken(text, at - 2, from);
                    case 'b', 'B' -> findAtB(text, at, from);
                    case '\'' -> sql.findAfterPassword(text, at, from);
                    case '<', '&' -> tags.find(text, at);
                    case '-' -> findAtDash(text, at, from);
                    default -> NONE;
                };
        return found != NONE ? found : ServiceKeys.find(text, at, from);
    }

    private long findAtColon(String text, int at, int from) {
        long url = UrlSecrets.find(text, at);
        return url != NONE || UrlSecrets.isStart(text, at) ? url : assigned.find(text, at, from);
    }

    private long findAtB(String text, int at, int from) {
        boolean by = at + 1 < text.length() && (text.charAt(at + 1) == 'y' || text.charAt(at + 1) == 'Y');
        return by ? sql.findIdentifiedBy(text, at, from) : CredentialForms.findBearerOrBasic(text, at);
    }

    private long findAtDash(String text, int at, int from) {
        if (text.startsWith(">", at + 1)) {
            return assigned.find(text, at, from);
        }
        long key = CredentialForms.findPrivateKey(text, at);
        return key != NONE ? key : options.find(text, at, from);
    }
}
