package dev.runlog.app.command;

/** A number of days, as people give it. */
public final class Days {
    private static final int MAX = 20_000;

    private Days() {}

    /** Fails with a {@link BadUsage} that names what was given. */
    public static int parse(String option, String text) {
        return Numbers.parse(option, text, 1, MAX);
    }
}
