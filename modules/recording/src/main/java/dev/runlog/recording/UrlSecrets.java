package dev.runlog.recording;

import static dev.runlog.recording.Spans.NONE;
import static dev.runlog.recording.Spans.hasDigit;
import static dev.runlog.recording.Spans.isRunChar;
import static dev.runlog.recording.Spans.runEnd;
import static dev.runlog.recording.Spans.span;

import java.util.List;

/** Passwords and tokens in URLs: before the host, in the path of a webhook, in the address of an Oracle database. */
final class UrlSecrets {
    private static final int TOKEN_CHARS_MIN = 20;
    private static final int WEBHOOK_HOST_CHARS = 100;
    private static final String ORACLE = "jdbc:oracle:";
    private static final int ORACLE_DRIVER_CHARS = 4;
    private static final int ORACLE_LOGIN_CHARS = 256;

    /** Whoever knows what follows in these URLs may post messages. */
    private static final List<String> WEBHOOKS = List.of(
            "hooks.slack.com/services/",
            "hooks.slack.com/workflows/",
            "hooks.slack.com/triggers/",
            "discord.com/api/webhooks/",
            "discordapp.com/api/webhooks/",
            "hooks.zapier.com/hooks/catch/",
            "api.telegram.org/bot");

    /** The path of webhooks whose host begins with the tenant's name. */
    private static final String OFFICE = ".webhook.office.com/webhookb2/";

    private UrlSecrets() {}

    /** The secret of the URL whose scheme ends with the colon at {@code colon}; NONE without one. */
    static long find(String text, int colon) {
        if (!text.startsWith("//", colon + 1)) {
            return oracle(text, colon);
        }
        long found = webhook(text, colon + 3);
        return found != NONE ? found : password(text, colon + 3);
    }

    /** Whether another URL begins at the place. */
    static boolean isStart(String text, int at) {
        return text.charAt(at) == ':' && text.startsWith("//", at + 1);
    }

    private static long webhook(String text, int start) {
        for (String webhook : WEBHOOKS) {
            if (text.startsWith(webhook, start)) {
                return path(text, start + webhook.length());
            }
        }
        int hostEnd = runEnd(text, start, Math.min(text.length(), start + WEBHOOK_HOST_CHARS), ".-");
        int office = hostEnd - OFFICE.indexOf('/');
        return office > start && text.startsWith(OFFICE, office) ? path(text, office + OFFICE.length()) : NONE;
    }

    private static long path(String text, int start) {
        int end = start;
        while (end < text.length() && isRunChar(text.charAt(end), "/_-:@.%") && !isStart(text, end)) {
            end++;
        }
        return end > start && hasDigit(text, start, end) ? span(start, end) : NONE;
    }

    /** {@code user/password@} behind {@code jdbc:oracle:thin:}. */
    private static long oracle(String text, int colon) {
        char last = colon == 0 ? ' ' : text.charAt(colon - 1);
        if (last != 'n' && last != 'i' && last != '8') {
            return NONE;
        }
        int driver = colon - 1;
        while (driver > 0 && colon - driver <= ORACLE_DRIVER_CHARS && text.charAt(driver) != ':') {
            driver--;
        }
        int scheme = driver + 1 - ORACLE.length();
        if (scheme < 0 || !text.startsWith(ORACLE, scheme)) {
            return NONE;
        }
        int slash = -1;
        int at = -1;
        int end = Math.min(text.length(), colon + ORACLE_LOGIN_CHARS);
        for (int i = colon + 1; i < end && !isEnd(text.charAt(i)) && (slash >= 0 || text.charAt(i) != '@'); i++) {
            if (text.charAt(i) == '/' && slash < 0) {
                slash = i;
            } else if (text.charAt(i) == '@') {
                at = i;
            }
        }
        return at > slash + 1 && !text.startsWith(TextSecrets.REPLACEMENT, slash + 1) ? span(slash + 1, at) : NONE;
    }

    /** What follows the user before the last {@code @}, also where a slash in it ends what a parser takes for the host. */
    private static long password(String text, int start) {
        int colon = -1;
        int at = -1;
        boolean beyondHost = false;
        for (int i = start; i < text.length() && !isEnd(text.charAt(i)) && !isStart(text, i); i++) {
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
            return colon + 1 < at && !text.startsWith(TextSecrets.REPLACEMENT, colon + 1) ? span(colon + 1, at) : NONE;
        }
        return at - start >= TOKEN_CHARS_MIN && hasDigit(text, start, at) ? span(start, at) : NONE;
    }

    private static boolean isEnd(char c) {
        return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\\';
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
