package dev.runlog.recording.event;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Measures the depth and size of JSON text without parsing it. */
final class JsonShape {
    private JsonShape() {}

    /** Whether objects and arrays are nested deeper than {@code depthMax}. */
    static boolean isDeeper(String json, int depthMax) {
        if (json.length() <= 2 * depthMax) {
            return false;
        }
        int depth = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                i = endOfString(json, i);
            } else if (c == '{' || c == '[') {
                depth++;
                if (depth > depthMax) {
                    return true;
                }
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return false;
    }

    private static int endOfString(String json, int start) {
        int end = start;
        do {
            end = json.indexOf('"', end + 1);
            if (end < 0) {
                return json.length();
            }
        } while (isEscaped(json, end));
        return end;
    }

    private static boolean isEscaped(String json, int at) {
        int backslashes = 0;
        while (json.charAt(at - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    /** Whether the text has more than {@code bytesMax} bytes in UTF-8. */
    static boolean isLarger(String json, int bytesMax) {
        return json.length() > bytesMax || 3L * json.length() > bytesMax && TextRules.utf8Bytes(json) > bytesMax;
    }

    /** The first characters as a JSON string of at most {@code bytesMax} bytes, including quotes and escapes. */
    static String asString(String text, int bytesMax) {
        StringBuilder string = new StringBuilder("\"");
        int room = Math.max(0, bytesMax - 2);
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c >= ' ' && c < 0x80 && c != '"' && c != '\\') {
                if (--room < 0) {
                    break;
                }
                string.append(c);
                at++;
                continue;
            }
            String character = Character.toString(text.codePointAt(at));
            String escaped = c >= 0x80
                    ? character
                    : new String(JsonStringEncoder.getInstance().quoteAsString(character));
            room -= Math.toIntExact(TextRules.utf8Bytes(escaped));
            if (room < 0) {
                break;
            }
            string.append(escaped);
            at += character.length();
        }
        return string.append('"').toString();
    }
}
