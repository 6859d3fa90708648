package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Values.closingQuote;
import static dev.runlog.recording.redaction.Values.quoteAt;

/**
 * Finds secrets in XML and HTML, also if their angle brackets are escaped: {@code <password>S</password>},
 * {@code <property name="password" value="S"/>} and {@code <entry key="password">S</entry>}.
 */
final class TagSecrets {
    private static final int TAG_CHARS_MAX = 256;
    private static final String CDATA = "<![CDATA[";
    private static final String[] NAMING = {"name=", "key=", "id="};

    private final SecretNames names;

    TagSecrets(SecretNames names) {
        this.names = names;
    }

    /** The secret of the tag with the bracket at {@code bracket}. */
    long find(String text, int bracket) {
        boolean escaped = text.charAt(bracket) == '&';
        String open = escaped ? "&lt;" : "<";
        String close = escaped ? "&gt;" : ">";
        if (escaped && !text.startsWith(open, bracket)) {
            return NONE;
        }
        int start = bracket + open.length();
        int nameEnd = runEnd(text, start, Math.min(text.length(), start + TAG_CHARS_MAX), "-_.:");
        int tagEnd = nameEnd == start ? -1 : tagEnd(text, nameEnd, open, close);
        if (tagEnd < 0) {
            return NONE;
        }
        int content = tagEnd + close.length();
        boolean empty = text.charAt(tagEnd - 1) == '/';
        int prefixEnd = text.substring(start, nameEnd).lastIndexOf(':');
        if (isName(text, start + prefixEnd + 1, nameEnd)) {
            return empty ? NONE : findContent(text, content, open);
        }
        if (!namesSecret(text, nameEnd, tagEnd)) {
            return NONE;
        }
        int value = attributeStart(text, "value=", nameEnd, tagEnd);
        if (value >= 0) {
            int quote = quoteAt(text, value);
            return quote < 0 ? NONE : Values.secret(text, quote + 1, closingQuote(text, quote, tagEnd));
        }
        return empty ? NONE : findContent(text, content, open);
    }

    /** The index of the bracket that closes a tag; -1 if another tag begins before it. */
    private static int tagEnd(String text, int from, String open, String close) {
        int max = Math.min(text.length(), from + TAG_CHARS_MAX);
        for (int i = from; i < max; i++) {
            if (text.startsWith(close, i)) {
                return i;
            }
            if (text.startsWith(open, i)) {
                return -1;
            }
        }
        return -1;
    }

    private boolean isName(String text, int start, int end) {
        return start < end && names.isName(text, start, end);
    }

    /** Whether an attribute between {@code from} and {@code to} has the name of a secret as its value. */
    private boolean namesSecret(String text, int from, int to) {
        for (String attribute : NAMING) {
            int value = attributeStart(text, attribute, from, to);
            int quote = value < 0 ? -1 : quoteAt(text, value);
            if (quote >= 0 && quote < to) {
                int end = closingQuote(text, quote, to);
                if (text.substring(quote + 1, end).indexOf(' ') < 0 && isName(text, quote + 1, end)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int attributeStart(String text, String attribute, int from, int to) {
        for (int i = from; i + attribute.length() < to; i++) {
            if (text.charAt(i) <= ' ' && text.regionMatches(true, i + 1, attribute, 0, attribute.length())) {
                return i + 1 + attribute.length();
            }
        }
        return -1;
    }

    /** The text up to the closing tag; NONE if another tag comes first. */
    private static long findContent(String text, int start, String open) {
        if (text.startsWith(CDATA, start)) {
            int end = text.indexOf("]]>", start);
            return Values.secret(text, start + CDATA.length(), end < 0 ? text.length() : end);
        }
        int end = text.indexOf(open, start);
        return end >= 0
                        && text.startsWith("/", end + open.length())
                        && !text.substring(start, end).isBlank()
                ? Values.secret(text, start, end)
                : NONE;
    }
}
