package dev.runlog.recording.redaction;

/** Spans of text, encoded as start and end in one number, and runs of characters. */
final class Spans {
    static final long NONE = -1;

    private Spans() {}

    static long span(int start, int end) {
        return (long) start << 32 | end;
    }

    static boolean isWordStart(String text, int start) {
        return start == 0 || !isLetterOrDigit(text.charAt(start - 1));
    }

    static int runEnd(String text, int start, int max, String others) {
        int end = start;
        while (end < max && isRunChar(text.charAt(end), others)) {
            end++;
        }
        return end;
    }

    static boolean isRunChar(char c, String others) {
        return isLetterOrDigit(c) || others.indexOf(c) >= 0;
    }

    static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    static boolean hasDigit(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                return true;
            }
        }
        return false;
    }
}
