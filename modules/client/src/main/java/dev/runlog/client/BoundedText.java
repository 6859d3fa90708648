package dev.runlog.client;

import java.io.Writer;

/** Collects text up to a limit. Writing more throws {@link Full}, which also stops endless writers. */
final class BoundedText extends Writer {
    /** Unchecked, because a {@link java.io.PrintWriter} would swallow an IOException and continue. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Full() {
            super("The text exceeds its limit.", null, false, false);
        }
    }

    private final StringBuilder text = new StringBuilder();
    private final int maxChars;
    private boolean full;

    BoundedText(int maxChars) {
        this.maxChars = maxChars;
    }

    /** Truncates a text without splitting a surrogate pair. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars);
    }

    @Override
    public void write(char[] chars, int offset, int length) {
        int room = maxChars - text.length();
        text.append(chars, offset, Math.min(room, length));
        if (length > room) {
            full = true;
            throw new Full();
        }
    }

    boolean isFull() {
        return full;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return text.toString();
    }
}
