package dev.runlog.connectors.redis;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the stream.
 *
 * @param id such as {@code 1764252000000-0}
 * @param deliveries how often it was delivered to a consumer, this time included
 * @param length length of the field {@code event} in bytes; -1 if there is no such field
 * @param event the field; null if it is missing or longer than {@code entry-max-bytes}
 */
// Entries are never compared.
@SuppressWarnings("ArrayRecordComponent")
record StreamEntry(String id, int deliveries, long length, byte @Nullable [] event) {
    /** Milliseconds from 2001 to 2286. */
    private static final Pattern TIME = Pattern.compile("\\d{13}");

    /** When it was added, from its ID; null for an ID that the producer chose and that is not a recent time. */
    @Nullable
    Instant time() {
        String millis = id.substring(0, id.indexOf('-'));
        return TIME.matcher(millis).matches() ? Instant.ofEpochMilli(Long.parseLong(millis)) : null;
    }
}
