package dev.runlog.contract.text;

/** Escapes characters that control a terminal or reorder text, such as {@code \}{@code u001b}. */
public final class Escapes {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private Escapes() {}

    /** Escapes a text for one line, including line breaks and tabs. */
    public static String line(String text) {
        return escape(text, false);
    }

    /** Escapes a text but keeps line breaks and tabs. */
    public static String lines(String text) {
        return escape(text, true);
    }

    private static String escape(String text, boolean keepsLayout) {
        int at = firstUnsafe(text, keepsLayout);
        if (at == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, at);
        for (int i = at; i < text.length(); ) {
            int point = text.codePointAt(i);
            int chars = Character.charCount(point);
            if (isUnsafe(point, keepsLayout)) {
                for (int j = i; j < i + chars; j++) {
                    // The JSON form keeps JSON valid and equal.
                    escaped.append(String.format("\\u%04x", (int) text.charAt(j)));
                }
            } else {
                escaped.appendCodePoint(point);
            }
            i += chars;
        }
        return escaped.toString();
    }

    private static int firstUnsafe(String text, boolean keepsLayout) {
        int i = 0;
        while (i < text.length() && !isUnsafe(text.codePointAt(i), keepsLayout)) {
            i += Character.charCount(text.codePointAt(i));
        }
        return i;
    }

    private static boolean isUnsafe(int point, boolean keepsLayout) {
        if (point >= ' ' && point < 0x7f) {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL -> !keepsLayout || point != '\n' && point != '\t';
            // Bidirectional controls and invisible characters are format characters. Letters and emoji need the
            // joiners.
            case Character.FORMAT -> point != ZERO_WIDTH_NON_JOINER && point != ZERO_WIDTH_JOINER;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> false;
        };
    }
}
