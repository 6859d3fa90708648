package dev.runlog.connectors.redis;

import dev.runlog.contract.error.ErrorCode;
import java.util.List;

/**
 * What becomes of the entries of a batch. Entries that are in neither list stay with the consumer, and are due again
 * later.
 *
 * @param recorded IDs of entries that are committed
 * @param dead entries that can never be recorded
 */
record Settlement(List<String> recorded, List<DeadLetter> dead) {
    Settlement {
        recorded = List.copyOf(recorded);
        dead = List.copyOf(dead);
    }

    /** An entry that can never be recorded, and why. */
    record DeadLetter(String id, ErrorCode code, String reason) {}
}
