package dev.runlog.recording.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.recording.redaction.RedactedText;
import dev.runlog.recording.redaction.Redaction;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** Any text or JSON becomes storable and free of secrets. */
final class StorableFuzzTest {
    private static final int DEPTH_MAX = 50;
    private static final int SIZE_MAX = 3000;
    /** More than any text has. */
    private static final int CHARS_MAX = 100_000_000;

    private static final String SECRET = "q9Z7secretX3";

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final Gen<String> TEXTS = Inputs.near(
            "password=hunter2 and Authorization: Bearer abcdef0123456789abcdef012345\n",
            "GET https://user:pass@host/a?token=abcdefghijklmnopqrst1 -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl, AKIAIOSFODNN7EXAMPLE, ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "{\"headers\":[{\"name\":\"Cookie\",\"value\":\"a=b\"}]}");
    private static final Gen<String> DOCUMENTS =
            Inputs.json("password", "b", "Api-Key", "name", "key", "value", "card", "url");

    private final Redaction redaction =
            new Redaction(List.of("**.card", "*.url", "b"), List.of("*password", "*token", "*apikey", "cookie"), true);

    @Test
    void makesAnyTextStorable() {
        Fuzz.check(TEXTS, text -> {
            String stored = parts().text(text, SIZE_MAX, ExecutionPart.ERROR_MESSAGE);

            assertThat(stored).hasSizeLessThanOrEqualTo(SIZE_MAX).doesNotContain("\0");
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(stored)).isTrue();
        });
    }

    @Test
    void keepsJsonValidWithinItsLimits() {
        Fuzz.check(DOCUMENTS, json -> {
            String stored = parts().json(json, SIZE_MAX, ExecutionPart.PAYLOAD);

            assertThatCode(() -> assertThat(depth(stored)).isLessThanOrEqualTo(DEPTH_MAX))
                    .doesNotThrowAnyException();
            assertThat(TextRules.utf8Bytes(stored)).isLessThanOrEqualTo(SIZE_MAX);
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(stored)).isTrue();
        });
    }

    /** EventReader accepts only JSON, but a mistake there must not fail a whole batch. */
    @Test
    void acceptsTextThatIsNotJson() {
        Fuzz.check(TEXTS, text -> assertThat(parts().json(text, SIZE_MAX, ExecutionPart.RESULT))
                .isNotNull());
    }

    @Test
    void redactsSecretsInJson() {
        Fuzz.check(DOCUMENTS, json -> {
            assertThat(redacted("{\"a\":" + json + ",\"passWord\":\"" + SECRET + "\"}"))
                    .doesNotContain(SECRET);
            assertThat(redacted("[" + json + ",{\"x_access-token\":[1,\"" + SECRET + "\"]}]"))
                    .doesNotContain(SECRET);
            assertThat(redacted("[" + json + ",{\"name\":\"Cookie\",\"value\":\"" + SECRET + "\"}]"))
                    .doesNotContain(SECRET);
            assertThat(redacted("{\"b\":{\"card\":\"" + SECRET + "\"},\"a\":" + json + "}"))
                    .doesNotContain(SECRET);
        });
    }

    /** The secret is on a line of its own, so the preceding text cannot hide it. */
    @Test
    void redactsSecretsInText() {
        Fuzz.check(TEXTS, text -> {
            RedactedText redacted = redaction.text(text + "\n password=" + SECRET + "\n", CHARS_MAX);

            assertThat(redacted.text()).doesNotContain(SECRET);
            assertThat(redacted.count()).isPositive();
        });
    }

    private String redacted(String json) {
        return redaction.json(json, CHARS_MAX).json();
    }

    private Storable<ExecutionPart> parts() {
        return new Storable<>(redaction, DEPTH_MAX, ExecutionPart.class);
    }

    /** The nesting depth of objects and arrays; fails unless the text is one JSON value. */
    private static int depth(String json) throws IOException {
        int depth = 0;
        int deepest = 0;
        int values = 0;
        try (JsonParser parser = JSON.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                values += depth == 0 ? 1 : 0;
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                deepest = Math.max(deepest, depth);
                if (token == JsonToken.VALUE_STRING) {
                    parser.getText();
                }
            }
        }
        if (values != 1) {
            throw new IOException(values + " values");
        }
        return deepest;
    }
}
