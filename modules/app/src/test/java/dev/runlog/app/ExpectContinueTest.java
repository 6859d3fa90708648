package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Clients that ask before they send a body. */
@ServerTest
final class ExpectContinueTest {
    private static final String QUERY = "{\"query\":\"{ viewer { subject } }\"}";

    private final RunningServer server;
    private final String token;

    ExpectContinueTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    @Test
    void areToldToGoOn() throws IOException {
        String line = "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + Ids.next() + "\"}";
        assertContinues("/graphql", "application/json", QUERY, "\"alice\"");
        assertContinues("/events", "application/x-ndjson", line, "\"recorded\":1");

        HttpResponse<String> java = server.send(server.request("/events", token)
                .header("Content-Type", "application/x-ndjson")
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString(line)));
        assertThat(java.body()).contains("\"duplicates\":1");
    }

    private void assertContinues(String path, String type, String body, String answer) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send(RawHttp.head(
                    "POST " + path,
                    token,
                    "Content-Type: " + type,
                    "Content-Length: " + body.length(),
                    "Expect: 100-Continue"));
            assertThat(client.answer().status()).isEqualTo(100);

            assertThat(client.send(body).answer().body()).contains(answer);
        }
    }

    @Test
    void areRejectedBeforeTheySendIt() throws IOException {
        assertRefused("/graphql", "", 401, "Content-Type: application/json", "Content-Length: 100");
        assertRefused("/events", "", 401, "Content-Type: application/x-ndjson", "Content-Length: 100");
        assertRefused("/graphql", token, 415, "Content-Type: text/plain", "Content-Length: 100");
        assertRefused("/events", token, 415, "Content-Type: text/plain", "Content-Length: 100");
        assertRefused(
                "/events",
                token,
                415,
                "Content-Type: application/x-ndjson",
                "Content-Encoding: br",
                "Content-Length: 100");
        assertRefused("/graphql", token, 413, "Content-Type: application/json", "Content-Length: 100000000");
        assertRefused("/health/live", token, 405, "Content-Length: 100");
        assertRefused("/nowhere", token, 404, "Content-Length: 100");
    }

    private void assertRefused(String path, String token, int status, String... headers) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            client.send(RawHttp.head("POST " + path, token, headers)
                    .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));

            RawHttp.Answer answer = client.answer();

            assertThat(answer.status()).as(path).isEqualTo(status);
            assertThat(answer.head()).contains("connection: close");
            assertThat(client.untilClosed()).isEmpty();
        }
    }

    @Test
    void areRejectedWithOtherExpectations() throws IOException {
        for (String path : new String[] {"/graphql", "/events", "/health/live"}) {
            try (RawHttp client = new RawHttp(server)) {
                client.send(RawHttp.head(
                        "POST " + path,
                        token,
                        "Content-Type: application/json",
                        "Content-Length: 2",
                        "Expect: 200-ok"));

                assertThat(client.answer().status()).isEqualTo(417);
                assertThat(client.untilClosed()).isEmpty();
            }
        }
    }
}
