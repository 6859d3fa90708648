package dev.runlog.gateway.auth;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads JSON objects that security depends on: UTF-8 only, no repeated members, nothing after the object. */
final class StrictJson {
    private static final ObjectReader READER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A double would turn 1e999 into infinity.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();

    private StrictJson() {}

    /** Fails with an {@link IllegalArgumentException}; its message does not quote the text. */
    static ObjectNode readObject(byte[] utf8) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            JsonNode read = READER.readTree(text);
            if (read instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException | RuntimeException malformed) {
            // Jackson lets the exceptions of numbers through, such as an exponent that overflows.
            throw new IllegalArgumentException("it is not a JSON object", malformed);
        }
        throw new IllegalArgumentException("it is not a JSON object");
    }
}
