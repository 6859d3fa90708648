package dev.runlog.app;

import static dev.runlog.app.RunningServer.awaitThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients that take their time, or never come to the point. */
@ServerTest({
    "HTTP_HEADER_TIMEOUT=PT1S",
    "HTTP_BODY_TIMEOUT=PT1S",
    "HTTP_BODY_RATE_MIN=100000",
    "HTTP_CONNECTIONS_MAX=" + SlowClientsTest.CONNECTIONS_MAX,
    "HTTP_UNAUTHENTICATED_PER_ADDRESS_MAX=" + SlowClientsTest.UNAUTHENTICATED_MAX
})
final class SlowClientsTest {
    static final int UNAUTHENTICATED_MAX = 20;
    static final int CONNECTIONS_MAX = 40;

    private final RunningServer server;
    private final String token;

    SlowClientsTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    @Test
    void areClosedBeforeTheyFinishTheirHeaders() throws IOException {
        try (RawHttp silent = new RawHttp(server);
                RawHttp half = new RawHttp(server);
                RawHttp second = new RawHttp(server)) {
            half.send("GET /health/live HTTP/1.1\r\nHost: local");
            second.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(second.answer().status()).isEqualTo(200);
            second.send("GET /health/live HTTP/1.1\r\nHost: local");

            assertThat(silent.untilClosed()).startsWith("HTTP/1.1 408");
            assertThat(half.untilClosed()).startsWith("HTTP/1.1 408");
            assertThat(second.untilClosed()).as("on a connection that was used").isEmpty();
        }
    }

    @Test
    void areAnsweredWith408BeforeTheyFinishTheirBody() throws IOException {
        try (RawHttp graphql = new RawHttp(server)) {
            graphql.send(RawHttp.head("POST /graphql", token, "Content-Type: application/json", "Content-Length: 1000"))
                    .send("{\"query\":");

            RawHttp.Answer answer = graphql.answer();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("BAD_INPUT", "arrived too slowly", "http.body-timeout");
            graphql.untilClosed();
        }
    }

    @Test
    void getTheReportOfTheirLinesBeforeAHalfOne() throws IOException {
        String line = "{\"event\":\"started\",\"workflow\":\"slow\",\"id\":\"" + Ids.next() + "\"}\n";
        try (RawHttp events = new RawHttp(server)) {
            events.send(RawHttp.head(
                            "POST /events", token, "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"))
                    .send(Integer.toHexString(line.length() + 9) + "\r\n" + line + "{\"event\":\r\n");

            RawHttp.Answer answer = events.answer();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("\"recorded\":1", "arrived too slowly");
            events.untilClosed();
        }
    }

    /** A body of 300 KB may take three seconds longer than a body that never arrives. */
    @Test
    void mayTakeLongerForMore() throws IOException {
        byte[] part =
                ("{\"event\":\"heartbeat\",\"id\":\"" + "0".repeat(150_000) + "\"}\n").getBytes(StandardCharsets.UTF_8);
        try (RawHttp events = new RawHttp(server)) {
            events.send(RawHttp.head(
                    "POST /events", token, "Content-Type: application/x-ndjson", "Content-Length: " + 2 * part.length));
            events.send(part);
            awaitTimeoutOfAnEmptyBody(server);
            events.send(part);

            RawHttp.Answer answer = events.answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("\"line\":2");
        }
    }

    /** The server does not read while its database is stopped. The client is not slow then. */
    @Test
    void areNotThoseThatTheServerKeepsWaiting(TestDatabase database) throws Exception {
        int lines = 20_000;
        String body = IntStream.range(0, lines)
                .mapToObj(i -> "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + Ids.next() + "\"}\n")
                .collect(Collectors.joining());
        try (RunningServer strict = RunningServer.start(
                database,
                "HTTP_BODY_TIMEOUT",
                "PT2S",
                "HTTP_BODY_RATE_MIN",
                "10000000",
                "DATABASE_STATEMENT_TIMEOUT",
                "PT20S",
                "DATABASE_ANSWER_TIMEOUT",
                "PT25S",
                "RECORDING_QUEUE_WAIT",
                "PT30S")) {
            CompletableFuture<HttpResponse<String>> answer;
            try (Connection inTheWay = database.connect();
                    Statement lock = inTheWay.createStatement()) {
                inTheWay.setAutoCommit(false);
                lock.execute("LOCK TABLE execution IN ACCESS EXCLUSIVE MODE");
                answer = CompletableFuture.supplyAsync(() -> strict.events(strict.token("bulk"), body));
                awaitThat(() ->
                        strict.metric("runlog_recording_waiting") + strict.metric("runlog_recording_batch_events_sum")
                                >= 4000);
                for (int timeouts = 0; timeouts < 2; timeouts++) {
                    awaitTimeoutOfAnEmptyBody(strict);
                }
                inTheWay.rollback();
            }

            assertThat(answer.get().body()).contains("\"recorded\":" + lines);
        }
    }

    /** Sends a request without its body and returns once the server has given up on it. */
    private void awaitTimeoutOfAnEmptyBody(RunningServer asked) throws IOException {
        try (RawHttp silent = new RawHttp(asked)) {
            silent.send(RawHttp.head("POST /graphql", token, "Content-Type: application/json", "Content-Length: 1000"));
            assertThat(silent.answer().status()).isEqualTo(408);
        }
    }

    @Test
    void makeRoomForOthersWhileTheyAreUnknown() throws IOException {
        try (RawHttp known = new RawHttp(server)) {
            String request =
                    RawHttp.head("POST /graphql", token, "Content-Type: application/json", "Content-Length: 32")
                            + "{\"query\":\"{ viewer { subject } }\"}".substring(0, 32);
            known.send(request);
            assertThat(known.answer().status()).isIn(200, 400);
            List<RawHttp> strangers = new ArrayList<>();
            for (int i = 0; i < 3 * CONNECTIONS_MAX; i++) {
                strangers.add(new RawHttp(server));
            }

            assertThat(server.metric("runlog_connections_unauthenticated")).isLessThanOrEqualTo(UNAUTHENTICATED_MAX);
            known.send(request);
            assertThat(known.answer().status()).isIn(200, 400);
            strangers.get(0).untilClosed();
            for (RawHttp stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void areRejectedIfAllConnectionsAreAuthenticated() throws IOException {
        String request = RawHttp.head("GET /graphql?query=%7Bviewer%7Bsubject%7D%7D", token);
        List<RawHttp> known = new ArrayList<>();
        try {
            RawHttp.Answer refused = null;
            while (known.size() < 2 * CONNECTIONS_MAX && refused == null) {
                RawHttp next = new RawHttp(server);
                known.add(next);
                RawHttp.Answer answer =
                        next.trySend(request.getBytes(StandardCharsets.UTF_8)).answer();
                if (answer.status() != 200) {
                    refused = answer;
                }
            }
            assertThat(refused).isNotNull();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.head()).contains("retry-after");
        } finally {
            for (RawHttp client : known) {
                client.close();
            }
        }
        awaitThat(() -> server.get("/health/live", "").statusCode() == 200);
    }
}
