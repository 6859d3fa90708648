package dev.runlog.app.command;

/** Parses whole numbers. */
public final class Numbers {
    private Numbers() {}

    /** Fails with a {@link BadUsage} for an invalid number. */
    public static int parse(String option, String text, int min, int max) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException unreadable) {
            // Reported below.
        }
        throw new BadUsage(
                "Invalid " + option + ": " + text + " (expected a whole number from " + min + " to " + max + ").");
    }
}
