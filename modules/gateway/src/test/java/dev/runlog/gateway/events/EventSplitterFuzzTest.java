package dev.runlog.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class EventSplitterFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Gen<String> LINES =
            Inputs.near("{\"event\":\"heartbeat\"}\n{\"a\":1}\n", "\n\n\r\n", "a\nb\nc", "");
    private static final Gen<String> ARRAYS = Inputs.near(
            "[{\"event\":\"heartbeat\",\"a\":[1,{\"b\":\"]}\\\"\"}]}, {} ,1.5,\"x\",null]",
            "{\"event\":\"started\",\"payload\":{\"a\":\"\\\\\"}}",
            " [ ] ",
            "12",
            "\"text\"");

    /** A body in the parts that it arrives in. */
    private record Body(List<byte[]> parts) {
        byte[] whole() {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            parts.forEach(whole::writeBytes);
            return whole.toByteArray();
        }

        @Override
        public String toString() {
            return parts.stream()
                    .map(part -> new String(part, StandardCharsets.ISO_8859_1))
                    .toList()
                    .toString();
        }
    }

    @Test
    void cutsLinesWhereverTheBodyIsCut() {
        Fuzz.check(bodies(LINES), body -> {
            List<String> expected =
                    new ArrayList<>(Arrays.asList(latin1(body.whole()).split("\n", -1)));
            if (expected.get(expected.size() - 1).isEmpty()) {
                expected.remove(expected.size() - 1);
            }

            assertThat(split(LineSplitter::new, body.parts())).isEqualTo(expected);
        });
    }

    @Test
    void cutsOrRefusesArraysWhereverTheBodyIsCut() {
        Fuzz.check(bodies(ARRAYS), body -> assertThat(split(ArraySplitter::new, body.parts()))
                .isEqualTo(split(ArraySplitter::new, List.of(body.whole()))));
    }

    @Test
    void findsEveryElementOfAnArray() {
        Fuzz.check(bodies(ARRAYS), body -> {
            JsonNode array = array(body.whole());
            if (array != null) {
                List<String> elements = split(ArraySplitter::new, body.parts());

                assertThat(elements).hasSize(array.size());
                for (int i = 0; i < array.size(); i++) {
                    assertThat(array(elements.get(i).getBytes(StandardCharsets.ISO_8859_1), JsonNode.class))
                            .isEqualTo(array.get(i));
                }
            }
        });
    }

    private static Gen<Body> bodies(Gen<String> texts) {
        return Inputs.bytes(texts).mutate((bytes, random) -> new Body(Inputs.parts(random, bytes)));
    }

    /** The events, and the error if there is one. */
    private static List<String> split(Function<EventSplitter.Sink, EventSplitter> splitter, List<byte[]> parts) {
        List<String> events = new ArrayList<>();
        try {
            EventSplitter cutting = splitter.apply((bytes, start, length) ->
                    events.add(new String(bytes, start, length, StandardCharsets.ISO_8859_1)));
            int added = 0;
            for (byte[] part : parts) {
                cutting.add(Buffer.buffer(part));
                added += part.length;
                assertThat(cutting.bytesHeld()).isBetween(0, added);
            }
            cutting.end();
        } catch (RunlogException refused) {
            events.add(refused.getMessage());
        }
        return events;
    }

    /** The array that the bytes are; null if they are anything else. */
    private static JsonNode array(byte[] bytes) {
        JsonNode read = array(bytes, JsonNode.class);
        return read != null && read.isArray() ? read : null;
    }

    private static <T> T array(byte[] bytes, Class<T> type) {
        try {
            return JSON.readerFor(type)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(bytes);
        } catch (IOException malformed) {
            return null;
        }
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
