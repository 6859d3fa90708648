package dev.runlog.contract.text;

/** Cuts, shows and checks text from outside. Lengths are UTF-16 units; a surrogate pair is never split. */
public final class SafeText {
    private static final int SHOWN_CHARS_MAX = 60;

    private SafeText() {}

    /** The first {@code charsMax} characters; one less where the last would be half of a surrogate pair. */
    public static String cut(String text, int charsMax) {
        if (text.length() <= charsMax) {
            return text;
        }
        int end = charsMax > 0 && Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
        return text.substring(0, end);
    }

    /** The first {@code charsMax} characters, followed by an ellipsis where there were more. */
    public static String shorten(String text, int charsMax) {
        return text.length() <= charsMax ? text : cut(text, charsMax) + "…";
    }

    /** Text as a message may show it: the first 60 characters, with escapes for those that a terminal or log may act on. */
    public static String show(String text) {
        return Escapes.line(shorten(text, SHOWN_CHARS_MAX));
    }

    /** The same in single quotes. */
    public static String quote(String text) {
        return "'" + show(text) + "'";
    }

    /**
     * The index of the first character from {@code from} on that cannot be stored: PostgreSQL takes no NUL, UTF-8 no lone
     * surrogate. Returns -1 if there is none.
     */
    public static int indexOfUnstorable(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return i;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}
