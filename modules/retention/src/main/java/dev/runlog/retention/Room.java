package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import java.time.Duration;

/**
 * Decides whether a queue takes one more entry. A caller with entries in it may have no more of them than a share of the
 * room that is left, and the last tenth is reserved for operators: no number of callers can lock them out. Messages say
 * nothing about the entries of others.
 *
 * @param what the entries, for messages
 * @param key the configuration key of {@code entriesMax}
 */
record Room(String what, String key, int entriesMax, double ownerShare) {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final int OPERATORS_PART = 10;

    /**
     * Fails with {@code OVERLOADED} if there is no room.
     *
     * @param waiting entries of all callers
     * @param own entries of this caller
     */
    void require(long waiting, long own, boolean operator) {
        long left = entriesMax - waiting - (operator ? 0 : entriesMax / OPERATORS_PART);
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
