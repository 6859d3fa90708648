package dev.runlog.app.command;

import java.util.List;

/** The last lines of what a command printed, of a bounded size. */
final class OutputTail {
    private static final int LINES_MAX = 50;
    private static final int CHARS_MAX = 16_384;

    private final StringBuilder text = new StringBuilder();

    synchronized void add(String more) {
        text.append(more);
        if (text.length() > 2 * CHARS_MAX) {
            text.delete(0, text.length() - CHARS_MAX);
        }
    }

    /** Without NUL characters, which cannot be stored. */
    synchronized List<String> lines() {
        int from = Math.max(0, text.length() - CHARS_MAX);
        List<String> lines = text.substring(from).replace("\u0000", "").lines().toList();
        return lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size());
    }
}
