package dev.runlog.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event, ready to be sent.
 *
 * @param line JSON in UTF-8, without a line break
 * @param shortLine short form, with notes in place of the application's values, sent if the server rejects the line;
 *     null if it would not be much shorter
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Event(byte[] line, byte @Nullable [] shortLine, Kind kind) {
    enum Kind {
        FINISH,
        HEARTBEAT,
        OTHER;

        private static Kind of(@Nullable Object event) {
            return "finished".equals(event) ? FINISH : "heartbeat".equals(event) ? HEARTBEAT : OTHER;
        }
    }

    private static final Object SHORT = "short";
    private static final ObjectWriter FULL_WRITER = new ObjectMapper().writer();
    private static final ObjectWriter SHORT_WRITER = FULL_WRITER.withAttribute(SHORT, true);
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    /** Memory that an event uses in addition to its text. */
    private static final int OVERHEAD_BYTES = 100;

    /** Lines up to this length need no short form. */
    private static final int SHORT_ENOUGH_BYTES = 4_096;

    /** Creates the event; null if even its short form is too long. */
    static @Nullable Event of(Map<String, @Nullable Object> members, int maxBytes) {
        Kind kind = Kind.of(members.get("event"));
        byte[] line = utf8(members, FULL_WRITER);
        if (line.length <= SHORT_ENOUGH_BYTES) {
            return new Event(line, null, kind);
        }
        byte[] shortLine = utf8(members, SHORT_WRITER);
        if (line.length <= maxBytes) {
            return new Event(line, shortLine.length <= line.length / 2 ? shortLine : null, kind);
        }
        return shortLine.length <= maxBytes ? new Event(shortLine, null, kind) : null;
    }

    /** Whether the short form is being written. */
    static boolean isShort(SerializerProvider provider) {
        return provider.getAttribute(SHORT) != null;
    }

    private static byte[] utf8(Map<String, @Nullable Object> members, ObjectWriter writer) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(writer.writeValueAsString(members)));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (JsonProcessingException | CharacterCodingException impossible) {
            throw new IllegalStateException("The event cannot be serialised.", impossible);
        }
    }

    @Nullable
    Event shortened() {
        return shortLine == null ? null : new Event(shortLine, null, kind);
    }

    long memoryBytes() {
        return OVERHEAD_BYTES + line.length + (shortLine == null ? 0L : shortLine.length);
    }

    String json() {
        return new String(line, StandardCharsets.UTF_8);
    }
}
