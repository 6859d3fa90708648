package dev.runlog.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A prepared statement as it went to the database, with what was bound to it. */
record SentStatement(String sql, List<Argument> arguments) {

    SentStatement {
        arguments = List.copyOf(arguments);
    }

    /**
     * One value; null for NULL.
     *
     * @param binary whether it is in PostgreSQL's binary format
     */
    record Argument(boolean binary, @Nullable ByteBuffer value) {

        boolean isId(UUID id) {
            ByteBuffer expected = ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .flip();
            return binary && expected.equals(value) || isText(id.toString());
        }

        boolean isText(String text) {
            return value != null && StandardCharsets.UTF_8.encode(text).equals(value);
        }

        /** As text; what is binary is told by its length, which is right for whole numbers and ids. */
        String asText() {
            if (value == null) {
                throw new BenchFailure("A NULL was bound, which no script can say.");
            }
            ByteBuffer bytes = value.duplicate();
            if (!binary) {
                return StandardCharsets.UTF_8.decode(bytes).toString();
            }
            return switch (bytes.remaining()) {
                case 2 -> Short.toString(bytes.getShort());
                case 4 -> Integer.toString(bytes.getInt());
                case 8 -> Long.toString(bytes.getLong());
                case 16 -> new UUID(bytes.getLong(), bytes.getLong()).toString();
                default -> throw new BenchFailure("A value of " + bytes.remaining() + " bytes is of no known type.");
            };
        }
    }
}
