package dev.runlog.recording;

import static dev.runlog.recording.Spans.NONE;

import org.jspecify.annotations.Nullable;

/**
 * Recognises secrets in text: bearer and basic credentials, JSON web tokens, private keys, keys of well-known services,
 * passwords in URLs, and values that belong to one of the {@link SecretNames}.
 *
 * <p>It looks closer only at a few characters that all of these have. The time is proportional to the length of any text:
 * what is looked at again is bounded, and what was found is never looked at again.
 */
final class TextSecrets {
    static final String REPLACEMENT = "[redacted]";

    /** The most characters between the start of a secret and the mark by which it is found. */
    private static final int MARK_DISTANCE_MAX = 64;

    /** The characters of ASCII that call for a closer look. */
    private static final boolean[] MARKS = new boolean[0x80];

    static {
        for (char mark : new char[] {':', '=', ',', 'J', 'b', 'B', '-'}) {
            MARKS[mark] = true;
        }
        for (char mark = 0; mark < 0x80; mark++) {
            MARKS[mark] |= ServiceKeys.haveMark(mark);
        }
    }

    /** Text without its secrets, and how many there were. */
    record Redacted(String text, int count) {}

    private final SecretNames names;
    private final AssignedSecrets assigned;

    TextSecrets(SecretNames names) {
        this.names = names;
        this.assigned = new AssignedSecrets(names);
    }

    Redacted redact(String text) {
        return redact(text, Integer.MAX_VALUE - MARK_DISTANCE_MAX);
    }

    /**
     * The same for text of which only the first characters are kept.
     *
     * @param charsMax how many; what is returned may be longer and still hold secrets behind them
     */
    Redacted redact(String text, int charsMax) {
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
                ? new Redacted(text, 0)
                : new Redacted(redacted.append(text, copied, end).toString(), count);
    }

    /** Whether JSON has to be read for its secrets: sooner too often than once too seldom. */
    boolean mayOccurIn(String json) {
        int backslash = json.indexOf('\\');
        String text = backslash < 0 ? json : withoutSpaceEscapes(json, backslash);
        return text == null || mayOccurInText(text);
    }

    /** JSON with spaces for its escapes of white space; null if other escapes may hide a letter, or the slashes of a URL. */
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
                        case ',' -> isBehindName(json, i);
                        default -> find(json, i, 0) != NONE;
                    };
            if (suspicious) {
                return true;
            }
        }
        return false;
    }

    /** Whether the colon is behind a secret's name, behind what names one, or in a URL with credentials. */
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

    private boolean isBehindName(String json, int comma) {
        char before = comma == 0 ? ' ' : json.charAt(comma - 1);
        if (before > ' ' && before != '"' && before != '\'' && before != '`') {
            return false;
        }
        int end = stringEnd(json, comma);
        return end < 0
                ? find(json, comma, 0) != NONE
                : names.isStringBefore(json, end) || JsonSecrets.isLoginOption(json, end);
    }

    /** The end of the string that stands before {@code at}; -1 if something else does. */
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

    /** Start and end of the secret that the mark at {@code at} belongs to, not before {@code from}; NONE without one. */
    private long find(String text, int at, int from) {
        char mark = text.charAt(at);
        long found =
                switch (mark) {
                    case ':' -> colon(text, at, from);
                    case '=' -> assigned.assigned(text, at, from);
                    case ',' -> assigned.pair(text, at, from);
                    case 'J' -> CredentialForms.jsonWebToken(text, at - 2, from);
                    case 'b', 'B' -> CredentialForms.bearerOrBasic(text, at);
                    case '-' -> dash(text, at, from);
                    default -> NONE;
                };
        return found != NONE ? found : ServiceKeys.find(text, at, from);
    }

    private long colon(String text, int at, int from) {
        long url = UrlSecrets.find(text, at);
        return url != NONE || UrlSecrets.isStart(text, at) ? url : assigned.assigned(text, at, from);
    }

    private long dash(String text, int at, int from) {
        long key = CredentialForms.privateKey(text, at);
        return key != NONE ? key : assigned.option(text, at, from);
    }
}
