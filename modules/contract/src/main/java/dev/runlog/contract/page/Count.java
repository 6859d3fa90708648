package dev.runlog.contract.page;

import org.jspecify.annotations.Nullable;

/**
 * Number of rows in a list.
 *
 * @param exact exact count; null if it would exceed its cost budget
 * @param atLeast lower bound; equals {@code exact} if that is known
 */
public record Count(@Nullable Long exact, long atLeast) {
    public static Count exactly(long count) {
        return new Count(count, count);
    }

    public static Count atLeast(long count) {
        return new Count(null, count);
    }
}
