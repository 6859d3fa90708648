package dev.runlog.contract.model;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import com.fasterxml.uuid.impl.TimeBasedEpochRandomGenerator;
import java.time.Instant;
import java.util.UUID;

/** Identifiers: all are UUIDs of version 7 (RFC 9562), whose first 48 bits are Unix milliseconds. */
public final class Ids {
    private static final TimeBasedEpochGenerator NOW = Generators.timeBasedEpochGenerator();
    private static final TimeBasedEpochRandomGenerator AT = Generators.timeBasedEpochRandomGenerator();

    /** The last millisecond of 48 bits. */
    private static final Instant LAST = Instant.ofEpochMilli((1L << 48) - 1);

    private Ids() {}

    /** A new id of this moment, greater than any that this process has made before. */
    public static UUID next() {
        return NOW.generate();
    }

    /** A new id of the given moment, cut to the millisecond. */
    public static UUID at(Instant moment) {
        return AT.construct(moment.toEpochMilli());
    }

    /**
     * The smallest id at or after a moment: a bound for ranges, never an identifier. An id holds no time before 1970 or
     * after 10889: earlier moments give a bound below every id, later ones a bound above every id.
     */
    public static UUID lowerBound(Instant moment) {
        if (moment.isBefore(Instant.EPOCH)) {
            return lowerBound(Instant.EPOCH);
        }
        if (moment.isAfter(LAST)) {
            return new UUID(-1, -1);
        }
        long millis = moment.toEpochMilli();
        // Ids hold whole milliseconds: of a part of one, the first id after it is of the next.
        long first = Instant.ofEpochMilli(millis).equals(moment) ? millis : millis + 1;
        return new UUID((first << 16) | 0x7000, 0x8000_0000_0000_0000L);
    }

    /** The moment that the id holds, to the millisecond. */
    public static Instant timeOf(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /** Whether it is of version 7 and of the RFC's variant. */
    public static boolean isTimeOrdered(UUID id) {
        return id.version() == 7 && id.variant() == 2;
    }
}
