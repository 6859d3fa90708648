package dev.runlog.contract.event;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Repairs events with bytes that are not UTF-8, such as an error message in another encoding. They become escapes of lone
 * surrogates, which recording replaces and reports in {@code sanitized}.
 */
final class Utf8Repair {
    private static final String ESCAPE = "\\ud800";

    private Utf8Repair() {}

    /** The event with all malformed bytes replaced; null if there are none. */
    static byte @Nullable [] repaired(byte[] bytes, int start, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes, start, length);
        CharBuffer out = CharBuffer.allocate(length);
        StringBuilder text = new StringBuilder(length);
        boolean malformed = false;
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            text.append(out.flip());
            out.clear();
            if (!result.isError()) {
                return malformed ? text.toString().getBytes(StandardCharsets.UTF_8) : null;
            }
            malformed = true;
            text.append(ESCAPE);
            in.position(in.position() + result.length());
        }
    }
}
