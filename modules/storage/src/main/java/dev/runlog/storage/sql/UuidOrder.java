package dev.runlog.storage.sql;

import java.util.Comparator;
import java.util.UUID;

/** PostgreSQL's order of UUIDs, by unsigned bytes. {@link UUID#compareTo} compares signed numbers. */
public final class UuidOrder {
    public static final Comparator<UUID> BY_BYTES = UuidOrder::compare;

    private UuidOrder() {}

    /** Returns the smallest of at least one ID. Statements use it with {@link #max} as bounds, to prune partitions. */
    public static UUID min(UUID[] ids) {
        UUID min = ids[0];
        for (UUID id : ids) {
            min = compare(id, min) < 0 ? id : min;
        }
        return min;
    }

    public static UUID max(UUID[] ids) {
        UUID max = ids[0];
        for (UUID id : ids) {
            max = compare(id, max) > 0 ? id : max;
        }
        return max;
    }

    private static int compare(UUID one, UUID other) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }
}
