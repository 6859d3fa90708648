package dev.runlog.recording;

import static dev.runlog.recording.Spans.NONE;
import static dev.runlog.recording.Spans.hasDigit;
import static dev.runlog.recording.Spans.isRunChar;
import static dev.runlog.recording.Spans.isWordStart;
import static dev.runlog.recording.Spans.runEnd;
import static dev.runlog.recording.Spans.span;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises secrets in text: bearer and basic credentials, JSON web tokens, private keys, keys of well-known services,
 * passwords in URLs, and values that are assigned to one of the {@link SecretNames}.
 *
 * <p>It looks closer only at a few characters that all of these have. The time is proportional to the length of any text:
 * what is looked at again is bounded, and what was found is never looked at again.
 */
final class TextSecrets {
    static final String REPLACEMENT = "[redacted]";

    private static final int PEM_HEADER_CHARS = 64;
    private static final int BEARER_CHARS_MIN = 6;
    private static final int BEARER_LETTERS_MIN = 24;
    private static final int URL_TOKEN_CHARS_MIN = 20;

    /** Words that precede a colon in prose, such as "Unexpected token: }". */
    private static final Set<String> PROSE =
            Set.of("token", "secret", "secrets", "credential", "credentials", "pass", "jwt", "cookies", "otp");

    /** Headers whose value is the rest of the line. */
    private static final Set<String> HEADERS = Set.of("authorization", "proxyauthorization", "cookie", "setcookie");

    private static final Set<String> LITERALS = Set.of("null", "none", "nil", "undefined", "true", "false");

    /** The characters of ASCII that call for a closer look. */
    private static final boolean[] MARKS = new boolean[0x80];

    /** The same, and the backslash. */
    private static final boolean[] JSON_MARKS;

    static {
        for (char mark : new char[] {':', '=', 'J', 'b', 'B', '-'}) {
            MARKS[mark] = true;
        }
        for (char mark = 0; mark < 0x80; mark++) {
            MARKS[mark] |= ServiceKeys.haveMark(mark);
        }
        JSON_MARKS = MARKS.clone();
        JSON_MARKS['\\'] = true;
    }

    /** Text without its secrets, and how many there were. */
    record Redacted(String text, int count) {}

    private final SecretNames names;

    TextSecrets(SecretNames names) {
        this.names = names;
    }

    Redacted redact(String text) {
        StringBuilder redacted = null;
        int copied = 0;
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || !MARKS[c]) {
                continue;
            }
            long found = find(text, i, copied);
            if (found != NONE) {
                int start = (int) (found >> 32);
                int end = (int) found;
                redacted = redacted == null ? new StringBuilder(text.length()) : redacted;
                redacted.append(text, copied, start).append(REPLACEMENT);
                copied = end;
                i = Math.max(i, end - 1);
                count++;
            }
        }
        return redacted == null
                ? new Redacted(text, 0)
                : new Redacted(redacted.append(text, copied, text.length()).toString(), count);
    }

    /** Whether JSON has to be read for its secrets: sooner too often than once too seldom. */
    boolean mayOccurIn(String json) {
        // An array is scanned about twice as fast as a string.
        char[] chars = json.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            char c = chars[i];
            if (c >= 0x80 || !JSON_MARKS[c]) {
                continue;
            }
            if (c == '\\') {
                // An escape may hide a letter, or the slashes of a URL.
                char escaped = i + 1 < json.length() ? json.charAt(i + 1) : ' ';
                if (escaped == 'u' || escaped == '/') {
                    return true;
                }
                i++;
            } else if (c == ':' ? isSuspicious(json, i) : find(json, i, 0) != NONE) {
                return true;
            }
        }
        return false;
    }

    /** Whether the colon is behind a secret's name, behind what names one, or in a URL with credentials. */
    private boolean isSuspicious(String json, int colon) {
        if (json.startsWith("//", colon + 1)) {
            for (int i = colon + 3; i < json.length() && json.charAt(i) > ' ' && !isUrlStart(json, i); i++) {
                if (json.charAt(i) == '@') {
                    return true;
                }
            }
            return false;
        }
        int end = colon;
        while (end > 0 && json.charAt(end - 1) <= ' ') {
            end--;
        }
        if (end == 0 || json.charAt(end - 1) != '"') {
            return find(json, colon, 0) != NONE;
        }
        end--;
        while (end > 0 && json.charAt(end - 1) == '\\') {
            end--;
        }
        return names.isStringBefore(json, end) || Redaction.isNaming(json, end) && namesSecret(json, colon + 1);
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
                    case ':' -> text.startsWith("//", at + 1) ? urlPassword(text, at + 3) : assigned(text, at, from);
                    case '=' -> assigned(text, at, from);
                    case 'J' -> jsonWebToken(text, at - 2, from);
                    case 'b', 'B' -> credentials(text, at);
                    case '-' -> privateKey(text, at);
                    default -> NONE;
                };
        return found != NONE ? found : ServiceKeys.find(text, at, from);
    }

    /** Three parts of base64url with dots between them, the first of which is an object. */
    private static long jsonWebToken(String text, int start, int from) {
        if (start < from || !text.startsWith("eyJ", start) || start > 0 && isRunChar(text.charAt(start - 1), "_-")) {
            return NONE;
        }
        int header = runEnd(text, start, text.length(), "_-");
        if (header - start < 8 || header >= text.length() || text.charAt(header) != '.') {
            return NONE;
        }
        int claims = runEnd(text, header + 1, text.length(), "_-");
        if (claims - header < 4 || claims >= text.length() || text.charAt(claims) != '.') {
            return NONE;
        }
        return span(start, runEnd(text, claims + 1, text.length(), "_-."));
    }

    private static long privateKey(String text, int start) {
        if (!text.startsWith("-----BEGIN", start) || start > 0 && text.charAt(start - 1) == '-') {
            return NONE;
        }
        int header = start + 10;
        while (!text.startsWith("PRIVATE KEY", header)) {
            header++;
            if (header - start > PEM_HEADER_CHARS) {
                return NONE;
            }
        }
        int footer = text.indexOf("-----END", header);
        int end = footer < 0 ? -1 : text.indexOf("-----", footer + 8);
        return span(start, end < 0 ? text.length() : end + 5);
    }

    private static long credentials(String text, int at) {
        char second = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (second != 'e' && second != 'a' && second != 'E' && second != 'A') {
            return NONE;
        }
        boolean bearer = text.regionMatches(true, at, "bearer", 0, 6);
        if (!bearer && !text.regionMatches(true, at, "basic", 0, 5) || !isWordStart(text, at)) {
            return NONE;
        }
        int start = at + (bearer ? 6 : 5);
        int gap = start;
        while (start < text.length() && start - gap < 4 && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
            start++;
        }
        if (start == gap) {
            return NONE;
        }
        int end = runEnd(text, start, text.length(), "._~+/=-");
        boolean found = bearer
                ? end - start >= BEARER_LETTERS_MIN || end - start >= BEARER_CHARS_MIN && hasDigit(text, start, end)
                : isUserAndPassword(text.substring(start, end));
        return found ? span(start, end) : NONE;
    }

    private static boolean isUserAndPassword(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1).indexOf(':') >= 0;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** What follows the user before the last {@code @}, also where a slash in it ends what a parser takes for the host. */
    private static long urlPassword(String text, int start) {
        int colon = -1;
        int at = -1;
        boolean beyondHost = false;
        for (int i = start; i < text.length() && !isUrlEnd(text.charAt(i)) && !isUrlStart(text, i); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                if (at >= 0 || colon < 0 || !beyondHost && !hasNonDigit(text, colon + 1, i)) {
                    break;
                }
                beyondHost = true;
            } else if (c == '@') {
                at = i;
                if (beyondHost) {
                    break;
                }
            } else if (c == ':' && colon < 0) {
                colon = i;
            }
        }
        if (at < 0) {
            return NONE;
        }
        if (colon >= 0 && colon < at) {
            return colon + 1 < at && !text.startsWith(REPLACEMENT, colon + 1) ? span(colon + 1, at) : NONE;
        }
        return at - start >= URL_TOKEN_CHARS_MIN && hasDigit(text, start, at) ? span(start, at) : NONE;
    }

    private static boolean isUrlStart(String text, int at) {
        return text.charAt(at) == ':' && text.startsWith("//", at + 1);
    }

    private static boolean isUrlEnd(char c) {
        return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\\';
    }

    /** The value behind a name and the colon or equals sign at {@code at}. */
    private long assigned(String text, int at, int from) {
        boolean colon = text.charAt(at) == ':';
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (colon ? next == ':' : next == '=' || next == '>' || next == '~') {
            return NONE;
        }
        int end = at > 0 && text.charAt(at - 1) == ' ' ? at - 1 : at;
        boolean quoted = end > 0 && isQuote(text.charAt(end - 1));
        if (quoted) {
            end--;
            while (end > 0 && text.charAt(end - 1) == '\\') {
                end--;
            }
        } else if (end > 0 && text.charAt(end - 1) == ']') {
            end--;
        }
        int name = names.startOf(text, end);
        if (name < from) {
            return NONE;
        }
        String normalised = SecretNames.normalised(text, name, end);
        if (colon && !quoted && PROSE.contains(normalised)) {
            return NONE;
        }
        return value(text, at + 1, quoted, HEADERS.contains(normalised));
    }

    private static long value(String text, int behind, boolean nameQuoted, boolean header) {
        int start = behind;
        while (start < text.length() && start - behind < 8 && text.charAt(start) == ' ') {
            start++;
        }
        if (text.startsWith(REPLACEMENT, start)) {
            return NONE;
        }
        int quote = start;
        while (quote < text.length() && text.charAt(quote) == '\\') {
            quote++;
        }
        int end;
        if (quote < text.length() && isQuote(text.charAt(quote))) {
            String closing = text.substring(start, quote + 1);
            start = quote + 1;
            if (text.startsWith(REPLACEMENT, start)) {
                return NONE;
            }
            end = closingQuote(text, start, closing);
        } else if (nameQuoted && start < text.length() && (text.charAt(start) == '{' || text.charAt(start) == '[')) {
            end = closingBracket(text, start);
        } else if (header) {
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

    private static boolean isSecret(String text, int start, int end) {
        return start < end
                && (end - start > 9
                        || !LITERALS.contains(text.substring(start, end).toLowerCase(Locale.ROOT)));
    }

    private static int closingQuote(String text, int start, String closing) {
        if (closing.length() > 1) {
            int end = text.indexOf(closing, start);
            return end < 0 ? text.length() : end;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == closing.charAt(0)) {
                return i;
            }
        }
        return text.length();
    }

    private static int closingBracket(String text, int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return text.length();
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    private static boolean isValueEnd(char c) {
        return c <= ' ' || isQuote(c) || ",;&)}]<>|\\".indexOf(c) >= 0;
    }

    private static boolean hasNonDigit(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return true;
            }
        }
        return false;
    }
}
