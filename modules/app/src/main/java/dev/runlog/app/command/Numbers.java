package dev.runlog.app.command;

/** A whole number, as people give it. */
public final class Numbers {
    private Numbers() {}

    /** Fails with a {@link BadUsage} that names what was given. */
    public static int parse(String option, String text, int min, int max) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException unreadable) {
            // Told below.
        }
        throw new BadUsage(option + " must be a whole number from " + min + " to " + max + ", not '" + text + "'.");
    }
}
