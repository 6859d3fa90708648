package dev.runlog.storage.db;

import dev.runlog.contract.bus.Allowance;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.function.Function;

/** The memory of rows, as they are read. */
final class RowMemory {
    /** Of a row and of what is made of it, without its texts. */
    private static final int ROW_BYTES = 512;

    private static final int MEMBER_BYTES = 128;
    /** Shorter texts are counted as if they needed two bytes per character, which costs less than to look. */
    private static final int SHORT_CHARS = 1024;

    private RowMemory() {}

    /** Takes each row from an allowance. Where that fails, so does the statement, and keeps no further rows. */
    static Function<Row, Row> counted(Allowance allowance) {
        if (allowance == Allowance.UNLIMITED) {
            return Function.identity();
        }
        return row -> {
            allowance.take(bytesOf(row));
            return row;
        };
    }

    private static long bytesOf(Row row) {
        long bytes = ROW_BYTES;
        for (int column = 0; column < row.size(); column++) {
            Object value = row.getValue(column);
            if (value instanceof String text) {
                bytes += bytesOf(text);
            } else if (value instanceof JsonObject members) {
                for (Map.Entry<String, Object> member : members) {
                    bytes += MEMBER_BYTES + bytesOf(member.getKey()) + bytesOf(String.valueOf(member.getValue()));
                }
            }
        }
        return bytes;
    }

    /** A text has a byte per character where all are of Latin-1, else two. */
    static long bytesOf(String text) {
        int chars = text.length();
        if (chars > SHORT_CHARS) {
            int at = 0;
            while (at < chars && text.charAt(at) <= 0xFF) {
                at++;
            }
            if (at == chars) {
                return chars;
            }
        }
        return 2L * chars;
    }
}
