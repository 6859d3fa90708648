package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Spans.isRunChar;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Spans.span;

import java.util.List;

/** Finds passwords and tokens in URLs: before the host, in webhook paths and in Oracle JDBC URLs. */
final class UrlSecrets {
    private static final int TOKEN_CHARS_MIN = 20;
    private static final int WEBHOOK_HOST_CHARS = 100;
    private static final String ORACLE = "jdbc:oracle:";
    private static final int ORACLE_DRIVER_CHARS = 4;
    private static final int ORACLE_LOGIN_CHARS = 256;

    /** The rest of the path of these URLs is a secret that allows posting messages. */
    private static final List<String> WEBHOOKS = List.of(
            "hooks.slack.com/services/",
            "hooks.slack.com/workflows/",
            "hooks.slack.com/triggers/",
            "discord.com/api/webhooks/",
            "discordapp.com/api/webhooks/",
            "hooks.zapier.com/hooks/catch/",
            "api.telegram.org/bot");

    /** Follows the tenant's name in the webhook URLs of Office 365. */
    private static final String OFFICE = ".webhook.office.com/webhookb2/";

    private UrlSecrets() {}

    /** The secret of the URL with the colon of its scheme at {@code colon}; NONE if there is none. */
    static long find(String text, int colon) {
        if (!text.startsWith("//", colon + 1)) {
            return findInOracleUrl(text, colon);
        }
        long found = findInWebhook(text, colon + 3);
        return found != NONE ? found : findPassword(text, colon + 3);
    }

    /** Whether the colon of a URL scheme is at {@code at}. */
    static boolean isStart(String text, int at) {
        return text.charAt(at) == ':' && text.startsWith("//", at + 1);
    }

    private static long findInWebhook(String text, int start) {
        for (String webhook : WEBHOOKS) {
            if (text.startsWith(webhook, start)) {
                return findInPath(text, start + webhook.length());
            }
        }
        int hostEnd = runEnd(text, start, Math.min(text.length(), start + WEBHOOK_HOST_CHARS), ".-");
        int office = hostEnd - OFFICE.indexOf('/');
        return office > start && text.startsWith(OFFICE, office) ? findInPath(text, office + OFFICE.length()) : NONE;
    }

    private static long findInPath(String text, int start) {
        int end = start;
        while (end < text.length() && isRunChar(text.charAt(end), "/_-:@.%") && !isStart(text, end)) {
            end++;
        }
        return end > start && hasDigit(text, start, end) ? span(start, end) : NONE;
    }

    /** {@code user/password@} after {@code jdbc:oracle:thin:}. */
    private static long findInOracleUrl(String text, int colon) {
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

    /** The password between the user and the last {@code @}, even if it contains a slash. */
    private static long findPassword(String text, int start) {
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
