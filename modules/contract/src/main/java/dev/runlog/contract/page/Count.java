package dev.runlog.contract.page;

import org.jspecify.annotations.Nullable;

/**
 * How many rows a list has.
 *
 * @param exact the exact figure; null where it would cost more than its budget
 * @param atLeast a lower bound that holds in any case; equals {@code exact} where that is known
 */
public record Count(@Nullable Long exact, long atLeast) {
    public static Count exactly(long count) {
        return new Count(count, count);
    }

    public static Count atLeast(long count) {
        return new Count(null, count);
    }
}
