package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The WebSockets and event streams of one owner are limited together, and no other owner notices. */
@ServerTest("HTTP_STREAMS_OWNER_MAX=2")
final class OpenStreamsTest {
    private static final String QUERY = "subscription { runningExecutions { kind } }";

    private final RunningServer server;

    OpenStreamsTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void areLimitedForEachOwner() throws IOException {
        String token = server.token("eager");
        Subscriber first = server.subscriber(token);
        try (RawHttp stream = stream(token)) {
            assertThat(stream.head()).startsWith("HTTP/1.1 200");

            Subscriber third = server.socket();
            third.send(Map.of("type", "connection_init", "payload", Map.of("token", token)));
            assertThat(third.closeCode()).isEqualTo(4429);
            assertThat(third.closeReason()).contains("http.streams-owner-max is 2");
            try (RawHttp refused = stream(token)) {
                RawHttp.Answer answer = refused.answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.head()).contains("retry-after");
                assertThat(answer.body()).contains("OVERLOADED", "http.streams-owner-max is 2");
            }
            server.subscriber(server.token("other")).close();
            assertThat(server.graphql(token, "{ viewer { subject } }").has("errors"))
                    .isFalse();
        }

        // A stream or socket that was closed makes room, once its event loop knows.
        first.close();
        RunningServer.awaitThat(() -> {
            try (RawHttp one = stream(token);
                    RawHttp other = stream(token)) {
                return one.head().startsWith("HTTP/1.1 200") && other.head().startsWith("HTTP/1.1 200");
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
    }

    private RawHttp stream(String token) throws IOException {
        String body = "{\"query\":\"" + QUERY + "\"}";
        return new RawHttp(server)
                .send(RawHttp.head(
                                "POST /graphql",
                                token,
                                "Content-Type: application/json",
                                "Accept: text/event-stream",
                                "Content-Length: " + body.length())
                        + body);
    }
}
