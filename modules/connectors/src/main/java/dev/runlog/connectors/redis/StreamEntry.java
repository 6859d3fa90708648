package dev.runlog.connectors.redis;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the stream.
 *
 * @param id such as {@code 1764252000000-0}
 * @param deliveries how often it was delivered to a consumer, this time included
 * @param length length of the field {@code event} in bytes; -1 if there is no such field
 * @param event the field; null if it is missing or longer than {@code entry-max-bytes}
 */
// Compared by nobody.
@SuppressWarnings("ArrayRecordComponent")
record StreamEntry(String id, int deliveries, long length, byte @Nullable [] event) {

    /** The time in its ID, which Redis assigned unless the producer did; the epoch if it cannot be a time. */
    Instant time() {
        try {
            return Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))));
        } catch (NumberFormatException beyondLong) {
            return Instant.EPOCH;
        }
    }
}
