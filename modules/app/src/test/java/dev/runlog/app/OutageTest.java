package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.database.DatabaseDirectory;
import dev.runlog.app.database.EmbeddedDatabase;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.Relay;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A database with the durability of production, which is stopped, continued, killed and restarted under a server. */
@ExtendWith(VertxExtension.class)
final class OutageTest {
    private static final int CLIENTS = 8;
    private static final int QUEUE_MAX = 3000;
    private static final int BODIES_WHILE_SLOW = 60;
    private static final Duration STOPPED_FOR = Duration.ofMillis(60);
    private static final Duration GOING_FOR = Duration.ofMillis(5);
    private static final String[] IMPATIENT = {
        "DATABASE_POOL_WAIT",
        "PT1S",
        "DATABASE_STATEMENT_TIMEOUT",
        "PT1.5S",
        "DATABASE_ANSWER_TIMEOUT",
        "PT2S",
        "RECORDING_QUEUE_MAX",
        Integer.toString(QUEUE_MAX),
        "RECORDING_QUEUE_WAIT",
        "PT3S"
    };

    /** The memory and the exit on exhaustion that the launcher sets, and timeouts that let many events gather. */
    private static final String[] AS_LAUNCHED = {
        "JAVA_OPTS",
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -Xmn64m -XX:+ExitOnOutOfMemoryError",
        "DATABASE_POOL_WAIT",
        "PT3S",
        "DATABASE_STATEMENT_TIMEOUT",
        "PT3S",
        "DATABASE_ANSWER_TIMEOUT",
        "PT3.5S",
        "RECORDING_QUEUE_WAIT",
        "PT6S"
    };

    @TempDir(factory = DatabaseDirectory.class)
    Path directory;

    private final long seed = Long.getLong("runlog.test.seed", new Random().nextLong());

    @BeforeEach
    void printSeed() {
        System.out.println("Seed " + seed);
    }

    @Test
    void returnsOverloadedWhileTheDatabaseIsStoppedAndRecovers() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                RunningServer server = RunningServer.start(database.url(), IMPATIENT)) {
            RandomLoad load = new RandomLoad(seed, CLIENTS * 2);
            Runnable clients = load.start(server, CLIENTS, Integer.MAX_VALUE);
            load.awaitBusy();

            signal("STOP");
            try {
                // Each client stops when it is asked to retry later.
                clients.run();
                Flood flood = Flood.over(server);
                assertThat(flood.mostWaiting()).isPositive().isLessThanOrEqualTo(QUEUE_MAX);
                assertThat(flood.answers()).allSatisfy(OutageTest::assertRequestsARetry);
                assertRequestsARetry(server);
            } finally {
                signal("CONT");
            }

            assertIsWhole(load, server, database, CLIENTS);
        }
    }

    @Test
    void losesNothingWhileTheDatabaseIsSlow() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                RunningServer server = RunningServer.start(database.url(), IMPATIENT)) {
            RandomLoad load = new RandomLoad(seed, CLIENTS * 2);
            Runnable clients = load.start(server, CLIENTS, BODIES_WHILE_SLOW);
            load.awaitBusy();

            try (Slowness slowness = new Slowness()) {
                Flood flood = Flood.over(server);
                clients.run();
                assertThat(flood.mostWaiting()).isPositive().isLessThanOrEqualTo(QUEUE_MAX);
                assertThat(flood.answers()).anyMatch(answer -> answer.statusCode() == 200);
                assertThat(flood.answers())
                        .filteredOn(answer -> answer.statusCode() != 200)
                        .allSatisfy(OutageTest::assertRequestsARetry);
                assertThat(slowness.times()).isPositive();
            }

            assertIsWhole(load, server, database, 0);
        }
    }

    /** Stops the database for most of the time, over and over. */
    private final class Slowness implements AutoCloseable {
        private final Thread thread = new Thread(this::run, "slowness");
        private final AtomicInteger times = new AtomicInteger();
        private volatile boolean over;

        Slowness() {
            thread.start();
        }

        int times() {
            return times.get();
        }

        private void run() {
            try {
                while (!over) {
                    signal("STOP");
                    try {
                        LockSupport.parkNanos(STOPPED_FOR.toNanos());
                    } finally {
                        signal("CONT");
                    }
                    LockSupport.parkNanos(GOING_FOR.toNanos());
                    times.incrementAndGet();
                }
            } catch (IOException | InterruptedException failure) {
                throw new AssertionError(failure);
            }
        }

        @Override
        public void close() {
            over = true;
            RandomLoad.join(thread);
        }
    }

    @Test
    void losesNothingWhenTheDatabaseIsKilledAndStartedElsewhere(Vertx vertx) throws Exception {
        EmbeddedDatabase killed = EmbeddedDatabase.start(directory);
        Relay relay = Relay.to(vertx, killed.url());
        try (RunningServer server = RunningServer.start(relay.url(), IMPATIENT)) {
            RandomLoad load = new RandomLoad(seed, CLIENTS * 2);
            Runnable clients = load.start(server, CLIENTS, Integer.MAX_VALUE);
            load.awaitBusy();

            List<ProcessHandle> processes = processes();
            signal("KILL");
            PostgresProcesses.awaitExit(processes);
            killed.abandon();
            clients.run();
            assertRequestsARetry(server);

            try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
                relay.redirectTo(database.url());
                assertIsWhole(load, server, database, CLIENTS);
            }
        }
    }

    @Test
    void livesThroughAFloodOfLargeEventsWhileTheDatabaseIsStopped() throws Exception {
        List<LargeBody> bodies = IntStream.range(0, 24)
                .mapToObj(i -> LargeBody.of("flood-" + i % 8))
                .toList();
        LargeBody recorded = bodies.get(0);
        LargeBody refused = bodies.get(1);
        // A connection for each of them.
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                RunningServer server = RunningServer.startProcess(database.url(), AS_LAUNCHED)) {
            assertThat(recorded.send(http, server).join().statusCode()).isEqualTo(200);

            signal("STOP");
            try {
                List<CompletableFuture<HttpResponse<String>>> answers = bodies.stream()
                        .map(body -> body.send(http, server).orTimeout(25, TimeUnit.SECONDS))
                        .toList();
                assertThat(answers).allSatisfy(answer -> assertRequestsARetry(answer.join()));
                assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
            } finally {
                signal("CONT");
            }
            RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 200);

            assertThat(refused.send(http, server).join().statusCode()).isEqualTo(200);
            JsonNode again = RunningServer.json(recorded.send(http, server).join());
            assertThat(again.get("duplicates").asInt()).as(again.toString()).isEqualTo(LargeBody.LINES);
            try (Connection connection = connect(database)) {
                assertThat(recorded.rows(connection)).isEqualTo(LargeBody.ROWS);
                assertThat(refused.rows(connection)).isEqualTo(LargeBody.ROWS);
                assertThat(RandomLoad.wrong(connection)).isEmpty();
            }
        }
    }

    /**
     * Executions with payloads near the limit, others with stack traces far beyond it, and the steps of one of them,
     * sent repeatedly. They are tiny by the length of their texts, and few by their stored size.
     */
    private record LargeBody(String owner, List<UUID> ids) {
        private static final int EXECUTIONS = 4;
        private static final int STEPS = 10_000;
        private static final int TIMES = 12;
        private static final String PAYLOAD = "\"" + "p".repeat(250_000) + "\"";
        private static final String STACK_TRACE = "\"" + "s".repeat(900_000) + "\"";
        private static final String ALL_STEPS = IntStream.range(0, STEPS)
                .mapToObj(i -> "{\"index\":" + i + ",\"name\":\"a\",\"status\":\"RUNNING\"}")
                .collect(Collectors.joining(",", "[", "]"));

        static final int LINES = EXECUTIONS + TIMES;
        static final String ROWS = EXECUTIONS + " executions, " + STEPS + " steps";

        static LargeBody of(String owner) {
            return new LargeBody(
                    owner, Stream.generate(Ids::next).limit(EXECUTIONS).toList());
        }

        CompletableFuture<HttpResponse<String>> send(HttpClient http, RunningServer server) {
            HttpRequest request = server.request("/events", server.token(owner))
                    .header("Content-Type", "application/x-ndjson")
                    // Made as it is sent: all of them at once are large for the test as well.
                    .POST(HttpRequest.BodyPublishers.ofByteArrays(() -> IntStream.range(0, LINES)
                            .mapToObj(line -> (line(line) + "\n").getBytes(StandardCharsets.US_ASCII))
                            .iterator()))
                    .build();
            return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        }

        private String line(int number) {
            if (number >= EXECUTIONS) {
                return "{\"event\":\"steps\",\"id\":\"" + ids.get(0) + "\",\"steps\":" + ALL_STEPS + "}";
            }
            UUID id = ids.get(number);
            return "{\"event\":\"execution\",\"workflow\":\"large\",\"id\":\"" + id + "\",\"finishedAt\":\""
                    + Ids.timeOf(id)
                    + (number % 2 == 0
                            ? "\",\"status\":\"SUCCESS\",\"payload\":" + PAYLOAD + "}"
                            : "\",\"status\":\"FAILED\",\"error\":{\"stackTrace\":" + STACK_TRACE + "}}");
        }

        /** What is stored of it, in the form of {@link #ROWS}. */
        String rows(Connection connection) throws SQLException {
            String list = ids.stream().map(id -> "'" + id + "'").collect(Collectors.joining(", "));
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT (SELECT count(*) FROM execution WHERE id IN (" + list
                            + ")) || ' executions, ' || (SELECT count(*) FROM step WHERE execution_id IN (" + list
                            + ")) || ' steps'")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /**
     * More than it may hold, of several owners at once.
     *
     * @param mostWaiting the most events that waited
     */
    private record Flood(double mostWaiting, List<HttpResponse<String>> answers) {
        static Flood over(RunningServer server) {
            HttpClient http = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, 24)
                    .mapToObj(i -> server.request("/events", server.token("flood-" + i % 3))
                            .header("Content-Type", "application/x-ndjson")
                            .POST(HttpRequest.BodyPublishers.ofString(IntStream.range(0, 500)
                                    .mapToObj(n -> "{\"event\":\"started\",\"workflow\":\"flood\"}")
                                    .collect(Collectors.joining("\n"))))
                            .build())
                    .map(request -> http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .toList();
            double most = 0;
            while (!sent.stream().allMatch(CompletableFuture::isDone)) {
                most = Math.max(most, server.metric("runlog_recording_waiting"));
            }
            return new Flood(most, sent.stream().map(CompletableFuture::join).toList());
        }
    }

    private static void assertRequestsARetry(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    private static void assertRequestsARetry(RunningServer server) {
        String token = server.token("alice");
        List<JsonNode> answers = List.of(
                server.graphql(token, "{ executions { totalCount nodes { id } } }"),
                server.graphql(token, "mutation { startExecution(input: {workflowKey: \"w\"}) { execution { id } } }"),
                server.graphql(token, "mutation { upsertWorkflow(input: {key: \"another\"}) { workflow { id } } }"));
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.at("/errors/0/extensions/code").asText())
                    .as(answer.toString())
                    .isEqualTo("OVERLOADED");
            assertThat(answer.at("/errors/0/extensions/retryAfterMillis").asInt())
                    .isPositive();
        });
        assertThat(server.get("/workflows/" + Ids.next() + "/logs", token).statusCode())
                .isEqualTo(503);
        assertThat(server.get("/health/ready", "").statusCode()).isEqualTo(503);
        assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
    }

    /**
     * It serves again without a restart, holds every answered event exactly once, and accepts the refused ones.
     *
     * @param refusedMin how many requests were refused at least
     */
    private void assertIsWhole(RandomLoad load, RunningServer server, EmbeddedDatabase database, int refusedMin)
            throws Exception {
        RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 200);
        try (Connection connection = connect(database)) {
            assertThat(load.lost(connection)).as("seed %d", seed).isEmpty();
            assertThat(load.repeatUnanswered(server)).isGreaterThanOrEqualTo(refusedMin);
            assertThat(load.repeatUnanswered(server))
                    .as("refused though it is back")
                    .isZero();
            assertThat(load.repeatAccepted(server))
                    .as("seed %d, not known again", seed)
                    .isZero();
            assertThat(load.lost(connection)).as("seed %d", seed).isEmpty();
            assertThat(RandomLoad.wrong(connection)).as("seed %d", seed).isEmpty();
        }
        assertThat(server.metric("runlog_recording_waiting")).isZero();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        PostgresProcesses.signal(signal, processes());
    }

    private List<ProcessHandle> processes() throws IOException {
        return PostgresProcesses.all(directory);
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        String[] user = URI.create(database.url()).getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + database.port() + "/runlog", user[0], user[1]);
    }
}
