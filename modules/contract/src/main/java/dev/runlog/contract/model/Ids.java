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

    private Ids() {}

    /** A new id of this moment, greater than any that this process has made before. */
    public static UUID next() {
        return NOW.generate();
    }

    /** A new id of the given moment, cut to the millisecond. */
    public static UUID at(Instant moment) {
        return AT.construct(moment.toEpochMilli());
    }

    /** The smallest id of the given moment's millisecond: a bound for ranges, never an identifier. */
    public static UUID lowerBound(Instant moment) {
        return new UUID((moment.toEpochMilli() << 16) | 0x7000, 0x8000_0000_0000_0000L);
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
