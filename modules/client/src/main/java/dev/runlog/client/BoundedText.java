package dev.runlog.client;

import java.io.Writer;

/** Collects text up to a limit; what exceeds it is refused with {@link Full}, which ends endless writers, too. */
final class BoundedText extends Writer {
    /** Unchecked, because a {@link java.io.PrintWriter} swallows an IOException and would go on. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Full() {
            super("The text is longer than its limit.", null, false, false);
        }
    }

    private final StringBuilder text = new StringBuilder();
    private final int maxChars;
    private boolean full;

    BoundedText(int maxChars) {
        this.maxChars = maxChars;
    }

    /** The first characters of a text, never half of a surrogate pair. */
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
