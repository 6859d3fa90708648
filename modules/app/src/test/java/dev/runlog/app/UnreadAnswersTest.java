package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that ask and ask and read no answer, against a server with a heap that the answers would fill. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UnreadAnswersTest {
    private RunningServer server;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.startProcess(
                database.url(),
                "JAVA_OPTS",
                "-Xmx80m -XX:MaxDirectMemorySize=80m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" + " -Xss512k",
                "LIVE_CONNECTION_INIT_TIMEOUT",
                "PT1M");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Each answer has some KB and costs 44 bytes. */
    @Test
    void ofPipelinedRequestsDoNotPileUp() throws IOException {
        String requests = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2000);

        assertSurvives(RawHttp.head("GET /health/live", ""), requests.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void ofPingsDoNotPileUp() throws IOException {
        byte[] ping = new byte[131];
        ping[0] = (byte) 0x89;
        ping[1] = (byte) (0x80 | 125);
        byte[] pings = new byte[2000 * ping.length];
        for (int i = 0; i < 2000; i++) {
            System.arraycopy(ping, 0, pings, i * ping.length, ping.length);
        }

        assertSurvives(
                RawHttp.head(
                        "GET /graphql",
                        "",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                        "Sec-WebSocket-Protocol: graphql-transport-ws"),
                pings);
    }

    private void assertSurvives(String first, byte[] more) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            assertThat(client.send(first).answer().status()).isIn(101, 200);
            Thread sender = new Thread(() -> {
                for (int i = 0; i < 400; i++) {
                    client.trySend(more);
                }
            });
            sender.start();
            for (int i = 0; i < 100; i++) {
                assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
            }
        }
        assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
    }
}
