package dev.runlog.contract.page;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/**
 * A position in a list: the sort value and the ID of a row. It stays valid when that row is deleted.
 *
 * @param order list that it belongs to; other lists reject it
 * @param value first sort key if that is not the ID: duration in milliseconds, finish in milliseconds
 *     since 1970, or step index; otherwise 0
 */
public record Cursor(Order order, long value, UUID id) {

    /** Lists with cursors. Clients store cursors, which contain these numbers. */
    public enum Order {
        EXECUTION_START(1),
        EXECUTION_DURATION(2),
        WORKFLOW(3),
        STEP(4),
        CLEANUP(5),
        POLICY(6),
        EXECUTION_FINISH(7);

        private final byte number;

        Order(int number) {
            this.number = (byte) number;
        }
    }

    private static final int BYTES = 1 + Long.BYTES + 2 * Long.BYTES;

    public static Cursor of(Order order, UUID id) {
        return new Cursor(order, 0, id);
    }

    /** Returns the opaque text form for clients. */
    public String encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .put(order.number)
                .putLong(value)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Decodes the result of {@link #encode} for the same order; fails with {@code BAD_INPUT} for anything else. */
    public static Cursor decode(String text, Order expected) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw invalidCursor(text);
        }
        if (bytes.length != BYTES || bytes[0] != expected.number) {
            throw invalidCursor(text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, BYTES - 1);
        return new Cursor(expected, buffer.getLong(), new UUID(buffer.getLong(), buffer.getLong()));
    }

    private static RunlogException invalidCursor(String text) {
        return RunlogException.badInput("Invalid cursor for this list: " + SafeText.quote(text) + ".");
    }
}
