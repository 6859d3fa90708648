package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that send most of a body and hold on, against a server with a heap that their bodies would fill. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UnfinishedBodiesTest {
    private static final int SOCKETS = 240;
    private static final byte[] MOST_OF_A_BODY = filled(960 << 10);

    private RunningServer server;
    private String honest;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.startProcess(
                database.url(),
                "JAVA_OPTS",
                "-Xmx96m -XX:MaxDirectMemorySize=96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
                        + " -XX:+ExitOnOutOfMemoryError");
        honest = server.token("honest");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void areNotReadFromStrangers() throws IOException {
        List<RawHttp> attackers = new ArrayList<>();
        for (String path : List.of("/graphql", "/events", "/health/live", "/nowhere")) {
            for (int i = 0; i < SOCKETS / 4; i++) {
                attackers.add(new RawHttp(server)
                        .send(RawHttp.head(
                                "POST " + path,
                                "",
                                "Content-Type: application/" + (path.equals("/events") ? "x-ndjson" : "json"),
                                "Content-Length: 1048576"))
                        .trySend(MOST_OF_A_BODY));
                assertServes();
            }
        }

        for (RawHttp attacker : attackers) {
            assertThat(attacker.untilClosed()).startsWith("HTTP/1.1 4").contains("connection: close");
        }
        assertServes();
        closeAll(attackers);
    }

    @Test
    void areBoundedForOwners() throws IOException {
        List<RawHttp> attackers = new ArrayList<>();
        for (int i = 0; i < SOCKETS; i++) {
            attackers.add(new RawHttp(server)
                    .send(RawHttp.head(
                            i % 2 == 0 ? "POST /graphql" : "POST /events",
                            server.token("mallory-" + i % 8),
                            "Content-Type: application/" + (i % 2 == 0 ? "json" : "x-ndjson"),
                            "Content-Length: 1048576"))
                    .trySend(MOST_OF_A_BODY));
            assertServes();
        }
        assertThat(server.metric("runlog_bodies_bytes")).isBetween(1.0, 16.0 * (1 << 20));

        closeAll(attackers);

        RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") == 0);
        assertServes();
    }

    @Test
    void areRejectedAtOnceWithTheReason() throws IOException {
        String token = server.token("greedy");
        List<RawHttp> bodies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            bodies.add(new RawHttp(server)
                    .send(RawHttp.head(
                            "POST /graphql", token, "Content-Type: application/json", "Content-Length: 1048576")));
        }
        RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") >= 8 << 20);

        try (RawHttp next = new RawHttp(server)) {
            RawHttp.Answer answer = next.send(RawHttp.head(
                            "POST /graphql", token, "Content-Type: application/json", "Content-Length: 1048576"))
                    .answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.head()).contains("retry-after: 1").contains("connection: close");
            assertThat(answer.body()).contains("OVERLOADED");
        }
        assertServes();
        closeAll(bodies);
    }

    private void assertServes() {
        assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
        assertThat(server.data(honest, "{ viewer { subject } }")
                        .at("/viewer/subject")
                        .asText())
                .isEqualTo("honest");
    }

    private static void closeAll(List<RawHttp> clients) throws IOException {
        for (RawHttp client : clients) {
            client.close();
        }
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }
}
