package dev.runlog.bench.result;

import org.jspecify.annotations.Nullable;

/**
 * A limit for a ratio, or for a value without a floor.
 *
 * @param aim a better value to aim for; null for none
 */
public record Goal(boolean atLeast, double value, @Nullable Double aim) {

    public static Goal atLeast(double value) {
        return new Goal(true, value, null);
    }

    public static Goal atLeast(double value, double aim) {
        return new Goal(true, value, aim);
    }

    public static Goal atMost(double value) {
        return new Goal(false, value, null);
    }

    boolean isReachedBy(double measured) {
        return atLeast ? measured >= value : measured <= value;
    }
}
