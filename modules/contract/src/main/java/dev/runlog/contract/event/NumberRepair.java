package dev.runlog.contract.event;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Repairs events with numbers that JSON does not have, but that some libraries write, such as Python's {@code json.dumps}.
 * They become strings.
 */
final class NumberRepair {
    private static final byte[][] NUMBERS = {bytes("NaN"), bytes("Infinity"), bytes("-Infinity")};

    private NumberRepair() {}

    /** The event with all such numbers quoted; null if there are none. */
    static byte @Nullable [] repaired(byte[] bytes, int start, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 16);
        int end = start + length;
        int copied = start;
        boolean inString = false;
        for (int i = start; i < end; i++) {
            if (bytes[i] == '"') {
                inString = !inString;
            } else if (inString && bytes[i] == '\\') {
                i++;
            } else if (!inString) {
                int number = numberLength(bytes, i, end);
                if (number > 0) {
                    out.write(bytes, copied, i - copied);
                    out.write('"');
                    out.write(bytes, i, number);
                    out.write('"');
                    i += number - 1;
                    copied = i + 1;
                }
            }
        }
        if (copied == start) {
            return null;
        }
        out.write(bytes, copied, end - copied);
        return out.toByteArray();
    }

    private static int numberLength(byte[] bytes, int at, int end) {
        for (byte[] number : NUMBERS) {
            if (at + number.length <= end && Arrays.equals(bytes, at, at + number.length, number, 0, number.length)) {
                return number.length;
            }
        }
        return 0;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
