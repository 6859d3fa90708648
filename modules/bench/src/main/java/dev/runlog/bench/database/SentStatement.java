package dev.runlog.bench.database;

import dev.runlog.bench.support.BenchFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A prepared statement sent to the database, with its parameters. */
public record SentStatement(String sql, List<Argument> arguments) {

    public SentStatement {
        arguments = List.copyOf(arguments);
    }

    /**
     * A parameter; null for NULL.
     *
     * @param binary whether it is in PostgreSQL's binary format
     */
    public record Argument(boolean binary, @Nullable ByteBuffer value) {

        public static Argument ofText(String text) {
            return new Argument(false, StandardCharsets.UTF_8.encode(text));
        }

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

        /** Returns the value as text. The type of a binary value is derived from its length: integers and UUIDs. */
        String asText() {
            if (value == null) {
                throw new BenchFailure("NULL parameters are not supported.");
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
                default -> throw new BenchFailure("Unknown type of a parameter with " + bytes.remaining() + " bytes.");
            };
        }
    }
}
