package dev.runlog.app.command;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Statuses that may be deleted, as people give them. */
public final class Statuses {
    private static final Set<String> KNOWN = Set.of("SUCCESS", "FAILED", "CANCELLED", "CRASHED");

    private Statuses() {}

    /** In the schema's words; fails with a {@link BadUsage} that names an unknown one. */
    public static List<String> parse(List<String> words) {
        for (String word : words) {
            if (!KNOWN.contains(word.toUpperCase(Locale.ROOT))) {
                throw new BadUsage("Invalid status: " + word + " (expected success, failed, cancelled or crashed).");
            }
        }
        return words.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList();
    }
}
