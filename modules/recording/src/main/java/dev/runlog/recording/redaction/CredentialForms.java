package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Spans.isRunChar;
import static dev.runlog.recording.redaction.Spans.isWordStart;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Spans.span;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Finds credentials with a known format: JSON web tokens, private keys, bearer and basic credentials. */
final class CredentialForms {
    private static final int PEM_HEADER_CHARS = 64;
    private static final int BEARER_CHARS_MIN = 6;
    private static final int BEARER_LETTERS_MIN = 24;

    private CredentialForms() {}

    /** Three base64url parts separated by dots; the first is a JSON object. */
    static long findJsonWebToken(String text, int start, int from) {
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

    static long findPrivateKey(String text, int start) {
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

    static long findBearerOrBasic(String text, int at) {
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
}
