package dev.runlog.connectors.redis;

import java.util.List;

/**
 * Entries that were delivered to a consumer.
 *
 * @param scan position of the search for entries that are due again
 * @param fresh number of entries that were never delivered before
 * @param claimed number of entries that were taken over from other consumers
 * @param vanished number of entries that were deleted from the stream before they were recorded
 */
record Batch(String scan, int fresh, int claimed, int vanished, List<StreamEntry> entries) {
    Batch {
        entries = List.copyOf(entries);
    }
}
