package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reads of one owner while another floods the server with expensive ones. */
@ExtendWith(PostgresExtension.class)
final class FairReadsTest {
    private static final int CONNECTIONS = 24;
    private static final int ALIASES = 48;
    private static final int ROWS = 2_000;
    private static final int HONEST_READS = 20;

    private TestDatabase database;

    @BeforeEach
    void use(TestDatabase given) {
        database = given;
    }

    @Test
    void doNotWaitForAFlood() throws InterruptedException {
        // Room and time enough that the flood is served rather than refused.
        try (RunningServer server =
                RunningServer.start(database, "DATABASE_POOL_QUEUE_MAX", "10000", "DATABASE_POOL_WAIT", "PT50S")) {
            String honest = server.token("ada");
            UUID id = record(server, honest, 1).get(0);
            String hostile = server.token("mallory");
            record(server, hostile, ROWS);

            try (Flood flood = new Flood(server, hostile)) {
                flood.awaitFirstAnswer();
                int before = flood.answered();
                for (int i = 0; i < HONEST_READS / 2; i++) {
                    assertThat(server.data(honest, "query ($id: ID!) { execution(id: $id) { id payload } }", "id", id)
                                    .at("/execution/id")
                                    .asText())
                            .isEqualTo(id.toString());
                    assertThat(server.data(honest, "{ executions(status: [FAILED]) { nodes { id } totalCount } }")
                                    .at("/executions/nodes"))
                            .hasSize(1);
                }

                // Served in their order, each honest read would wait for what all connections of the flood ask for.
                assertThat(flood.answered() - before).isLessThan(HONEST_READS * CONNECTIONS / 4);
            }
        }
    }

    @Test
    void findRoomWhileAFloodIsRejected() throws InterruptedException {
        try (RunningServer server =
                RunningServer.start(database, "DATABASE_POOL_QUEUE_MAX", "200", "DATABASE_POOL_WAIT", "PT50S")) {
            String honest = server.token("ada");
            UUID id = record(server, honest, 1).get(0);
            String hostile = server.token("mallory");
            record(server, hostile, ROWS);

            try (Flood flood = new Flood(server, hostile)) {
                flood.awaitRefusal();
                for (int i = 0; i < HONEST_READS; i++) {
                    server.data(honest, "query ($id: ID!) { execution(id: $id) { id payload } }", "id", id);
                }
            }
        }
    }

    private static List<UUID> record(RunningServer server, String token, int runs) {
        List<UUID> ids = IntStream.range(0, runs).mapToObj(i -> Ids.next()).toList();
        HttpResponse<String> answer = server.events(
                token,
                ids.stream()
                        .map(id -> "{\"event\":\"execution\",\"workflow\":\"flooded\",\"id\":\"" + id
                                + "\",\"status\":\"FAILED\",\"error\":{\"message\":\"The connection was refused\"},"
                                + "\"labels\":{\"stage\":\"test\"}}")
                        .collect(Collectors.joining("\n", "", "\n")));
        assertThat(RunningServer.json(answer).get("recorded").asInt()).isEqualTo(runs);
        return ids;
    }

    /** Connections that ask again as soon as they are answered; no row matches, so each read looks at all of them. */
    private static final class Flood implements AutoCloseable {
        private final HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger answered = new AtomicInteger();
        private final CountDownLatch firstAnswer = new CountDownLatch(1);
        private final CountDownLatch refusal = new CountDownLatch(1);
        private final List<CompletableFuture<?>> connections = new ArrayList<>();

        Flood(RunningServer server, String token) {
            String body = JsonNodeFactory.instance
                    .objectNode()
                    .put("query", expensiveQuery())
                    .toString();
            HttpRequest request = server.request("/graphql", token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(ask(request));
            }
        }

        private static String expensiveQuery() {
            return IntStream.range(0, ALIASES)
                    .mapToObj(i -> "a" + i + ": executions(filter: {errorContains: \"absent " + i
                            + "\", labels: {stage: \"test\"}}) { nodes { id } }")
                    .collect(Collectors.joining(" ", "{ ", " }"));
        }

        private CompletableFuture<?> ask(HttpRequest request) {
            return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenComposeAsync(response -> {
                JsonNode code = RunningServer.json(response).at("/errors/0/extensions/code");
                if (code.asText().equals("OVERLOADED")) {
                    refusal.countDown();
                }
                answered.incrementAndGet();
                firstAnswer.countDown();
                return over.get() ? CompletableFuture.completedFuture(null) : ask(request);
            });
        }

        void awaitFirstAnswer() throws InterruptedException {
            firstAnswer.await();
        }

        void awaitRefusal() throws InterruptedException {
            refusal.await();
        }

        int answered() {
            return answered.get();
        }

        @Override
        public void close() {
            over.set(true);
            CompletableFuture.allOf(connections.toArray(CompletableFuture[]::new))
                    .join();
        }
    }
}
