package dev.runlog.contract.page;

import dev.runlog.contract.error.RunlogException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/**
 * A place in a list: the sort value and the id of the row there. It stays valid when that row is deleted.
 *
 * @param order which list it marks a place in; a cursor of another order is refused
 * @param value the first sort key where it is not the id itself: milliseconds of a duration, the index of a step; else 0
 */
public record Cursor(Order order, long value, UUID id) {

    /** The lists that have cursors. Their numbers stand in cursors that clients keep. */
    public enum Order {
        EXECUTION_START(1),
        EXECUTION_DURATION(2),
        WORKFLOW(3),
        STEP(4),
        CLEANUP(5),
        POLICY(6);

        private final byte number;

        Order(int number) {
            this.number = (byte) number;
        }
    }

    private static final int BYTES = 1 + Long.BYTES + 2 * Long.BYTES;

    public static Cursor of(Order order, UUID id) {
        return new Cursor(order, 0, id);
    }

    /** The opaque text that clients hand back. */
    public String encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .put(order.number)
                .putLong(value)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Reads what {@link #encode} wrote for the same order; fails with {@code BAD_INPUT} for anything else. */
    public static Cursor decode(String text, Order expected) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw foreign(text);
        }
        if (bytes.length != BYTES || bytes[0] != expected.number) {
            throw foreign(text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, BYTES - 1);
        return new Cursor(expected, buffer.getLong(), new UUID(buffer.getLong(), buffer.getLong()));
    }

    private static RunlogException foreign(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return RunlogException.badInput("'" + shown + "' is not a cursor of this list.");
    }
}
