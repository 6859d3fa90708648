package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ServerTest({
    "HTTP_BODY_MAX_BYTES=" + GzipBodyTest.BODY_MAX,
    "HTTP_EVENTS_BODY_MAX_BYTES=" + GzipBodyTest.EVENTS_BODY_MAX
})
final class GzipBodyTest {
    static final int BODY_MAX = 200_000;
    static final int EVENTS_BODY_MAX = 3_000_000;
    private static final String QUERY = "{\"query\":\"{ viewer { subject } }\"}";

    private final RunningServer server;
    private final String token;

    GzipBodyTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "x-gzip", "deflate", "identity"})
    void isInflated(String encoding) throws IOException {
        byte[] graphql = encoded(QUERY, encoding);
        byte[] events = encoded(lines(5000), encoding);

        assertThat(post("/graphql", "application/json", encoding, graphql).body())
                .contains("\"alice\"");
        assertThat(json(post("/events", "application/x-ndjson", encoding, events))
                        .get("recorded")
                        .asInt())
                .isEqualTo(5000);
    }

    @Test
    void mayHaveSeveralMembers() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(encoded(lines(10) + "\n", "gzip"));
        body.write(encoded(lines(10), "gzip"));

        assertThat(json(post("/events", "application/x-ndjson", "gzip", body.toByteArray()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(20);
    }

    @Test
    void thatEndsEarlyIsReportedWithWhatWasRecorded() throws IOException {
        byte[] whole = encoded(lines(5000), "gzip");

        HttpResponse<String> answer =
                post("/events", "application/x-ndjson", "gzip", Arrays.copyOf(whole, whole.length / 2));
        HttpResponse<String> withoutTrailer =
                post("/events", "application/x-ndjson", "gzip", Arrays.copyOf(whole, whole.length - 8));

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode report = json(answer);
        assertThat(report.get("recorded").asInt()).isBetween(1, 4999);
        assertThat(report.get("rejected")).isEmpty();
        assertThat(report.at("/error/message").asText()).contains("ended early");
        assertThat(withoutTrailer.statusCode()).isEqualTo(400);
        assertThat(json(withoutTrailer).at("/error/message").asText()).contains("ended early");
        HttpResponse<String> graphql =
                post("/graphql", "application/json", "gzip", Arrays.copyOf(encoded(QUERY, "gzip"), 20));
        assertThat(graphql.statusCode()).isEqualTo(400);
        assertThat(graphql.body()).contains("ended early");
    }

    @Test
    void thatIsDamagedIsReportedWithWhatWasRecorded() throws IOException {
        byte[] whole = encoded(lines(5000), "gzip");
        for (int at : new int[] {1, whole.length / 2, whole.length - 7, whole.length - 3}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x55;

            HttpResponse<String> answer = post("/events", "application/x-ndjson", "gzip", flipped);

            assertThat(answer.statusCode()).as("byte " + at).isEqualTo(400);
            assertThat(json(answer).has("recorded")).isTrue();
            assertThat(json(answer).at("/error/code").asText()).isEqualTo("BAD_INPUT");
        }
    }

    @Test
    void countsWithWhatItInflatesTo() throws IOException {
        String line = "{\"event\":\"heartbeat\",\"id\":\"" + Ids.next() + "\"}\n";
        String large = lines(EVENTS_BODY_MAX / 40);

        HttpResponse<String> events = post("/events", "application/x-ndjson", "gzip", encoded(large, "gzip"));
        HttpResponse<String> ratio = post(
                "/events",
                "application/x-ndjson",
                "gzip",
                encoded(line + " ".repeat(EVENTS_BODY_MAX - 200_000) + "\n", "gzip"));
        HttpResponse<String> graphql =
                post("/graphql", "application/json", "gzip", encoded(QUERY + " ".repeat(50_000_000), "gzip"));

        assertThat(json(events).at("/error/message").asText()).contains("http.events-body-max-bytes");
        assertThat(json(ratio).at("/error/message").asText()).containsAnyOf("too long", "http.inflate-ratio-max");
        assertThat(graphql.statusCode()).isEqualTo(413);
        assertThat(graphql.body()).contains("http.body-max-bytes");
    }

    @Test
    void isNotABomb() throws IOException {
        HttpResponse<String> blank =
                post("/events", "application/x-ndjson", "gzip", encoded("\n".repeat(2_900_000), "gzip"));

        assertThat(blank.statusCode()).isEqualTo(400);
        assertThat(json(blank).at("/error/message").asText()).contains("http.inflate-ratio-max");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "compress", "gzip, gzip", "identity, gzip", "nonsense"})
    void isRejectedInOtherEncodings(String encoding) {
        for (String path : new String[] {"/graphql", "/events"}) {
            HttpResponse<String> answer = post(
                    path,
                    path.equals("/events") ? "application/x-ndjson" : "application/json",
                    encoding,
                    QUERY.getBytes(StandardCharsets.UTF_8));

            assertThat(answer.statusCode()).as(path).isEqualTo(415);
            assertThat(answer.body()).contains("gzip, deflate, identity");
            assertThat(answer.headers().firstValue("Accept-Encoding")).hasValue("gzip, deflate, identity");
        }
    }

    private HttpResponse<String> post(String path, String type, String encoding, byte[] body) {
        return server.send(server.request(path, token)
                .header("Content-Type", type)
                .header("Content-Encoding", encoding)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private static byte[] encoded(String text, String encoding) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream encoder = encoding.equals("identity")
                ? bytes
                : encoding.equals("deflate") ? new DeflaterOutputStream(bytes) : new GZIPOutputStream(bytes)) {
            encoder.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"event\":\"started\",\"workflow\":\"gzip\",\"id\":\"" + Ids.next() + "\"}")
                .collect(Collectors.joining("\n"));
    }
}
