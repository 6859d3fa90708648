package dev.runlog.app.command;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Parses statuses of executions that may be deleted. */
public final class Statuses {
    private static final Set<String> KNOWN = Set.of("SUCCESS", "FAILED", "CANCELLED", "CRASHED");

    private Statuses() {}

    /** Returns the names in the schema; fails with a {@link BadUsage} for an unknown status. */
    public static List<String> parse(List<String> words) {
        for (String word : words) {
            if (!KNOWN.contains(word.toUpperCase(Locale.ROOT))) {
                throw new BadUsage("Invalid status: " + word + " (expected success, failed, cancelled or crashed).");
            }
        }
        return words.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList();
    }
}
