package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import java.time.Duration;

/**
 * Decides whether a queue accepts another entry. A caller that already has entries may have at most a share of the free
 * space. The last tenth of the queue is reserved for operators, so other callers cannot lock them out. Messages reveal
 * nothing about the entries of other callers.
 *
 * @param what the name of the entries in messages
 * @param key the configuration key of {@code entriesMax}
 */
record Room(String what, String key, int entriesMax, double ownerShare) {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final int OPERATOR_RESERVE_DIVISOR = 10;

    /**
     * Fails with {@code OVERLOADED} if there is no space.
     *
     * @param waiting entries of all callers
     * @param own entries of this caller
     */
    void require(long waiting, long own, boolean operator) {
        long left = entriesMax - waiting - (operator ? 0 : entriesMax / OPERATOR_RESERVE_DIVISOR);
        if (left <= 0) {
            throw RunlogException.overloaded(
                    "Too many " + what + " of all callers are waiting (" + key + " is " + entriesMax + ").",
                    RETRY_AFTER);
        }
        if (own > 0 && own + 1 > ownerShare * left) {
            throw RunlogException.overloaded(
                    "Too many of your " + what + " are waiting: " + own + " (" + key + " is " + entriesMax
                            + ", retention.queue-owner-share is " + ownerShare + ").",
                    RETRY_AFTER);
        }
    }
}
