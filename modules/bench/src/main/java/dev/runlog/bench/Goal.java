package dev.runlog.bench;

import org.jspecify.annotations.Nullable;

/**
 * A limit for a ratio, or for a value without a floor.
 *
 * @param aim a better value to aim for; null for none
 */
record Goal(boolean atLeast, double value, @Nullable Double aim) {

    static Goal atLeast(double value) {
        return new Goal(true, value, null);
    }

    static Goal atLeast(double value, double aim) {
        return new Goal(true, value, aim);
    }

    static Goal atMost(double value) {
        return new Goal(false, value, null);
    }

    boolean isReachedBy(double measured) {
        return atLeast ? measured >= value : measured <= value;
    }
}
