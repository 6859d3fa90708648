package dev.runlog.storage.db;

import dev.runlog.contract.bus.Allowance;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.function.Function;

/** Estimates the memory of rows while they are read. */
final class RowMemory {
    /** Memory of a row and the object made from it, without texts. */
    private static final int ROW_BYTES = 512;

    private static final int MEMBER_BYTES = 128;
    /** Texts up to this length are assumed to take two bytes per character, which is cheaper than checking. */
    private static final int SHORT_CHARS = 1024;

    private RowMemory() {}

    /** Takes the memory of each row from an allowance. If that fails, the statement fails and keeps no further rows. */
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

    /** Latin-1 text has one byte per character, other text two. */
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
