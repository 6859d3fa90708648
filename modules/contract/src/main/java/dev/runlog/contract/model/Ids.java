package dev.runlog.contract.model;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import com.fasterxml.uuid.impl.TimeBasedEpochRandomGenerator;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/** Creates and reads IDs. All are UUIDs version 7 (RFC 9562); their first 48 bits are Unix milliseconds. */
public final class Ids {
    private static final TimeBasedEpochGenerator NOW = Generators.timeBasedEpochGenerator();
    private static final TimeBasedEpochRandomGenerator AT = Generators.timeBasedEpochRandomGenerator();

    /** Latest time that fits into 48 bits. */
    private static final Instant LAST = Instant.ofEpochMilli((1L << 48) - 1);

    private static final Pattern FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Ids() {}

    /**
     * Parses an ID. Fails with {@code BAD_INPUT} unless the text is the 36 characters of a UUID.
     *
     * @param name the argument or member with the ID, for the message
     */
    public static UUID parse(String text, String name) {
        if (!isId(text)) {
            throw RunlogException.badInput("Invalid `" + name + "`: " + SafeText.quote(text) + " (expected a UUID).");
        }
        return UUID.fromString(text);
    }

    /** Whether the text is the 36 characters of a UUID. */
    public static boolean isId(String text) {
        return FORM.matcher(text).matches();
    }

    /** Returns a new ID for the current time, greater than all IDs that this process created before. */
    public static UUID next() {
        return NOW.generate();
    }

    /** Returns a new ID for the given time, truncated to the millisecond. */
    public static UUID at(Instant moment) {
        return AT.construct(moment.toEpochMilli());
    }

    /**
     * Returns the ID for a time, truncated to the millisecond, and a hash: the same ID for the same arguments. A time
     * that no ID can hold counts as 1970.
     *
     * @param hash at least 10 bytes
     */
    public static UUID derived(Instant moment, byte[] hash) {
        ByteBuffer random = ByteBuffer.wrap(hash);
        boolean fits = !moment.isBefore(Instant.EPOCH) && !moment.isAfter(LAST);
        long millis = fits ? moment.toEpochMilli() : 0;
        return new UUID(
                (millis << 16) | 0x7000 | (random.getShort() & 0x0fff),
                0x8000_0000_0000_0000L | (random.getLong() & 0x3fff_ffff_ffff_ffffL));
    }

    /**
     * Returns the smallest ID at or after a time, as a bound for ranges. IDs hold times from 1970 to 10889: an earlier
     * time returns a bound below every ID, a later one a bound above every ID.
     */
    public static UUID lowerBound(Instant moment) {
        if (moment.isBefore(Instant.EPOCH)) {
            return lowerBound(Instant.EPOCH);
        }
        if (moment.isAfter(LAST)) {
            return new UUID(-1, -1);
        }
        long millis = moment.toEpochMilli();
        // IDs hold whole milliseconds, so round up.
        long first = Instant.ofEpochMilli(millis).equals(moment) ? millis : millis + 1;
        return new UUID((first << 16) | 0x7000, 0x8000_0000_0000_0000L);
    }

    /** Returns the timestamp of an ID, to the millisecond. */
    public static Instant timeOf(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /** Whether it is a UUID version 7 with the RFC's variant. */
    public static boolean isTimeOrdered(UUID id) {
        return id.version() == 7 && id.variant() == 2;
    }
}
