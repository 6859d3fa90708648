package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** GraphQL over server-sent events, distinct connections mode. */
@ServerTest("LIVE_PING_INTERVAL=PT0.2S")
final class EventStreamTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RUNNING =
            "subscription { runningExecutions { kind cursor execution { status payload } } }";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final RunningServer server;

    EventStreamTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void streamsASubscriptionByPost() throws IOException {
        String token = server.token(server.anOwner());
        try (Stream stream = post(token, RUNNING)) {
            assertThat(stream.response.headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
            assertThat(stream.next().at("/data/runningExecutions/kind").asText())
                    .isEqualTo("SYNCED");

            server.data(
                    token,
                    "mutation { startExecution(input: {workflowKey: \"sse\", payload: {a: \"two\\nlines\"}}) { execution { id } } }");

            JsonNode entered = stream.next().at("/data/runningExecutions");
            assertThat(entered.get("kind").asText()).isEqualTo("ENTERED");
            assertThat(entered.at("/execution/payload/a").asText()).isEqualTo("two\nlines");
        }
    }

    @Test
    void resumesByGetAfterTheLastCursor() throws IOException {
        String token = server.token(server.anOwner());
        String cursor;
        try (Stream stream = get(token, RUNNING)) {
            cursor = stream.next().at("/data/runningExecutions/cursor").asText();
        }
        server.data(token, "mutation { startExecution(input: {workflowKey: \"sse\"}) { execution { id } } }");

        try (Stream stream = get(token, RUNNING.replace("Executions {", "Executions(after: \"" + cursor + "\") {"))) {
            assertThat(stream.next().at("/data/runningExecutions/kind").asText())
                    .isEqualTo("ENTERED");
        }
    }

    @Test
    void completesWhatHasOneResult() throws IOException {
        String owner = server.anOwner();
        try (Stream stream = post(server.token(owner), "{ viewer { subject } }")) {
            assertThat(stream.next().at("/data/viewer/subject").asText()).isEqualTo(owner);
            assertThat(stream.nextEvent()).isEqualTo("complete");
            assertThat(stream.nextEvent()).isEqualTo("end");
        }
    }

    @Test
    void reportsAnInvalidOperationInTheStream() throws IOException {
        String token = server.token(server.anOwner());
        for (String bad : new String[] {
            "subscription { nothing }",
            "{",
            RUNNING.replace("Executions {", "Executions(after: \"nonsense\") {"),
            "subscription { executionUpdated(id: \"019aa000-0000-7000-8000-000000000000\") { kind } }"
        }) {
            try (Stream stream = post(token, bad)) {
                assertThat(stream.response.statusCode()).as(bad).isEqualTo(200);
                assertThat(stream.next().at("/errors/0/extensions/code").asText())
                        .as(bad)
                        .isIn("BAD_INPUT", "NOT_FOUND");
                assertThat(stream.nextEvent()).as(bad).isEqualTo("complete");
            }
        }
    }

    @Test
    void rejectsInvalidRequestsBeforeTheStream() throws IOException {
        try (Stream anonymous = post("", RUNNING)) {
            assertThat(anonymous.response.statusCode()).isEqualTo(401);
        }
        try (Stream mutation = get(
                server.token(server.anOwner()),
                "mutation { upsertWorkflow(input: {key: \"a\"}) { workflow { id } } }")) {
            assertThat(mutation.response.statusCode()).isEqualTo(405);
        }
    }

    @Test
    void staysAwakeAndEndsWhenTheTokenExpires() throws IOException {
        String token = server.token(Duration.ofSeconds(2), server.anOwner(), "executions:read");
        try (Stream stream = post(token, RUNNING)) {
            stream.next();

            assertThat(stream.next().at("/errors/0/extensions/code").asText()).isEqualTo("UNAUTHENTICATED");
            assertThat(stream.nextEvent()).isEqualTo("complete");
            assertThat(stream.nextEvent()).isEqualTo("end");
            assertThat(stream.comments).as("keep-alive comments").isGreaterThan(2);
        }
    }

    @Test
    void forgetsDisconnectedClients() throws IOException {
        // The server may not have noticed yet that the clients of other tests are gone.
        RunningServer.awaitThat(() -> server.metric("runlog_subscribers") == 0);
        try (Stream stream = post(server.token(server.anOwner()), RUNNING)) {
            stream.next();
            assertThat(server.metric("runlog_subscribers")).isEqualTo(1);
        }

        RunningServer.awaitThat(() -> server.metric("runlog_subscribers") == 0);
    }

    private Stream post(String token, String query) throws IOException {
        return open(server.request("/graphql", token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(Map.of("query", query)))));
    }

    private Stream get(String token, String query) throws IOException {
        return open(server.request("/graphql?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8), token)
                .GET());
    }

    private Stream open(HttpRequest.Builder request) throws IOException {
        try {
            return new Stream(HTTP.send(
                    request.header("Accept", "text/event-stream").build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The client's side of an event stream, as the HTML standard reads it. */
    private static final class Stream implements AutoCloseable {
        final HttpResponse<InputStream> response;
        private final BufferedReader lines;
        private String data = "";
        int comments;

        Stream(HttpResponse<InputStream> response) {
            this.response = response;
            this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /** The data of the next event, which must be {@code next}. */
        JsonNode next() throws IOException {
            assertThat(nextEvent()).isEqualTo("next");
            return JSON.readTree(data);
        }

        /** The name of the next event; {@code end} where there is none. */
        String nextEvent() throws IOException {
            String event = "message";
            data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(":")) {
                    comments++;
                } else if (line.startsWith("event:")) {
                    event = line.substring(6).trim();
                } else if (line.startsWith("data:")) {
                    data += line.substring(5).trim();
                } else if (line.isEmpty() && !event.equals("message")) {
                    return event;
                }
            }
            return "end";
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
