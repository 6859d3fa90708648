package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with an ambiguous end are rejected, and the rest of the connection is ignored. */
@ServerTest
final class RequestFramingTest {
    private static final String SMUGGLED = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final RunningServer server;
    private final String token;

    RequestFramingTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked|Content-Length: 0",
                "Content-Length: 5|Content-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: 5|Content-Length: 5",
                "Content-Length: -1",
                "Content-Length: +5",
                "Content-Length: 0x5",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked|Transfer-Encoding: chunked",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding : chunked",
                "Content-Length: 5|Upgrade: websocket",
                "Transfer-Encoding:|\tchunked",
                "Transfer-Encoding: chunked|  ",
                "Content-Length: 0| 5",
                "X-Any: one| two|Content-Length: 0",
                "X-Any: one|\tHost: other",
                "Host: localhost",
                "Host: other",
                "host: other|Content-Length: 0"
            })
    void areRefused(String headers) throws IOException {
        for (String path : new String[] {"/graphql", "/events", "/health/live"}) {
            try (RawHttp client = new RawHttp(server)) {
                client.send(RawHttp.head("POST " + path, token, headers.split("\\|")) + "0\r\n\r\n" + SMUGGLED);

                RawHttp.Answer answer = client.answer();

                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.head()).contains("connection: close");
                assertThat(answer.body()).contains("BAD_INPUT");
                assertThat(client.untilClosed()).as("after the refusal").isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.1||",
                "GET /health/live HTTP/1.1|X-Any: one||",
                "GET http://localhost/health/live HTTP/1.1||",
                "GET /health/live HTTP/1.1|Host: local host||",
                "GET /health/live HTTP/1.1|Host: localhost/path||",
                "GET /health/live HTTP/1.1|Host: user@localhost||",
                "GET /health/live HTTP/1.1|Host: one, other||",
                "GET /health/live HTTP/1.1| Host: localhost||",
                "GET /health/live HTTP/1.1|Host: localhost|X: 1| 2||",
                "GET /health/live HTTP/1.2|Host: localhost||",
                "GET /health/live HTTP/1.9|Host: localhost||",
                "GET /health/live HTTP/0.9|Host: localhost||",
                "GET /health/live HTTP/3.0|Host: localhost||",
                "GET /health/live HTTP/1.1|Host: localhost|Authorization: Bearer a|authorization: Bearer b||",
                "GET /health/live HTTP/1.0|Host: one|Host: other||",
                "GET /health/live HTTP/1.0|X: 1|\t2||"
            })
    void areRefusedWithoutOneHost(String head) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            // The lines come one at a time and all at once.
            for (String line : head.split("(?<=\\|)", -1)) {
                client.send(line.replace("|", "\r\n"));
            }

            assertThat(client.send(SMUGGLED).untilClosed())
                    .startsWith(head.contains("1.0") ? "HTTP/1.0 400" : "HTTP/1.1 400")
                    .contains("BAD_INPUT")
                    .doesNotContain("\"UP\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.1|Host: localhost:8080|Connection: close||",
                "||GET /health/live HTTP/1.1|Host: [::1]:8080|Connection: close||",
                "GET /health/live HTTP/1.1|Host:|Connection: close||",
                "GET /health/live HTTP/1.1|HOST: xn--bcher-kva.example|X: a b|Connection: close||",
                "GET /health/live HTTP/1.0||"
            })
    void areAnsweredWithOneHost(String head) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            assertThat(client.send(head.replace("|", "\r\n")).untilClosed()).contains(" 200 ", "\"UP\"");
        }
    }

    @Test
    void areRefusedInHttp10() throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send("POST /graphql HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED);

            assertThat(client.untilClosed()).startsWith("HTTP/1.0 400").doesNotContain("\"UP\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/graphql", "/events"})
    void nameBrokenChunks(String path) throws IOException {
        String type = path.equals("/events") ? "application/x-ndjson" : "application/json";
        try (RawHttp client = new RawHttp(server)) {
            client.send(RawHttp.head("POST " + path, token, "Content-Type: " + type, "Transfer-Encoding: chunked")
                    + "zz\r\n{}\r\n0\r\n\r\n" + SMUGGLED);

            RawHttp.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("chunked transfer coding");
            assertThat(client.untilClosed()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/workflows/%zz", "/%", "/logs/%u0041"})
    void areRefusedWithAPathThatCannotBeDecoded(String path) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send(RawHttp.head("GET " + path, token));

            RawHttp.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("BAD_INPUT", "percent-encoded");
        }
    }

    @Test
    void distinguishesOversizedFromInvalidHeaders() throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(10_000) + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(431);
        }
        try (RawHttp client = new RawHttp(server)) {
            client.send("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(414);
        }
    }

    /** It is a protocol of its own, with limits of its own. */
    @Test
    void doesNotSpeakHttp2() throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(client.untilClosed()).startsWith("HTTP/1.1 ").doesNotContain("HTTP/2");
        }
    }
}
