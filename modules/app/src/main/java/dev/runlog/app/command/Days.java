package dev.runlog.app.command;

/** Parses numbers of days. */
public final class Days {
    private static final int MAX = 20_000;

    private Days() {}

    /** Fails with a {@link BadUsage} for an invalid number. */
    public static int parse(String option, String text) {
        return Numbers.parse(option, text, 1, MAX);
    }
}
