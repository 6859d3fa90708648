package dev.runlog.bench;

import org.jspecify.annotations.Nullable;

/**
 * What a ratio, or a value that has nothing beside it, must reach.
 *
 * @param aim what would be better still; null where nothing was said
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
