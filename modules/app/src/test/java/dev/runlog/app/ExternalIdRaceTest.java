package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static dev.runlog.app.Engine.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.sql.Connection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Engines send the events of the same executions to two servers at once, in any order and twice. */
@ExtendWith(PostgresExtension.class)
final class ExternalIdRaceTest {
    private static final int EXECUTIONS = 300;
    private static final int CLIENTS = 4;
    private static final int LINES_MAX = 40;

    private final Instant start = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);

    @Test
    void makesOneExecutionOfEachExternalId(TestDatabase database) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < EXECUTIONS; i++) {
            lines.addAll(linesOf(i));
        }
        lines.addAll(List.copyOf(lines));
        Collections.shuffle(lines, random);

        try (RunningServer one = RunningServer.start(database);
                RunningServer two = RunningServer.start(database)) {
            sendAtOnce(List.of(new Engine(one, "alice"), new Engine(two, "alice")), lines, random);
            Engine engine = new Engine(one, "alice");
            JsonNode again = engine.record(lines.subList(0, 1000).toArray(String[]::new));

            assertThat(again.get("recorded").asInt())
                    .as("seed %d, sent again", seed)
                    .isZero();
            for (int i = 0; i < EXECUTIONS; i++) {
                JsonNode execution = engine.find(
                        "run-" + i, "status durationMillis trigger parent { externalId } steps { nodes { status } }");
                assertThat(execution.toString())
                        .as("seed %d, run %d", seed, i)
                        .isEqualTo("{\"status\":\"SUCCESS\",\"durationMillis\":560,\"trigger\":\"t" + i
                                + "\",\"parent\":{\"externalId\":\"" + parentOf(i)
                                + "\"},\"steps\":{\"nodes\":[{\"status\":\"SUCCESS\"},{\"status\":\"FAILED\"}]}}");
            }
        }

        assertThat(database.count("SELECT count(*) FROM execution"))
                .as("seed %d", seed)
                .isEqualTo(EXECUTIONS + 1);
        assertThat(database.count("SELECT count(*) FROM external_execution x JOIN execution e ON e.id = x.execution_id "
                        + "WHERE NOT x.reserved AND x.hash = external_id_hash(e.source, e.external_id)"))
                .isEqualTo(EXECUTIONS + 1);
        try (Connection connection = database.connect()) {
            assertThat(RandomLoad.wrong(connection)).as("seed %d", seed).isEmpty();
        }
    }

    private static void sendAtOnce(List<Engine> engines, List<String> lines, Random random) {
        List<List<String>> bodies = new ArrayList<>();
        for (int at = 0; at < lines.size(); ) {
            int end = Math.min(lines.size(), at + 1 + random.nextInt(LINES_MAX));
            bodies.add(lines.subList(at, end));
            at = end;
        }
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (int i = 0; i < bodies.size(); i++) {
                Engine engine = engines.get(i % engines.size());
                String[] body = bodies.get(i).toArray(String[]::new);
                sent.add(CompletableFuture.runAsync(() -> engine.record(body), clients));
            }
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
        } finally {
            clients.shutdownNow();
        }
    }

    private static String parentOf(int i) {
        return i == 0 ? "run-root" : "run-" + i / 2;
    }

    private List<String> linesOf(int i) {
        String id = "run-" + i;
        Instant startedAt = start.plusSeconds(i);
        return List.of(
                i == 0
                        ? event("started", "externalId", "run-root", "workflow", "w")
                        : event("heartbeat", "externalId", id, "workflow", "w"),
                event(
                        "started",
                        "externalId",
                        id,
                        "workflow",
                        "w",
                        "startedAt",
                        startedAt.toString(),
                        "trigger",
                        "t" + i,
                        "parentExternalId",
                        parentOf(i)),
                event("steps", "externalId", id, "workflow", "w", "steps", List.of(step(0, "RUNNING"))),
                event(
                        "steps",
                        "externalId",
                        id,
                        "workflow",
                        "w",
                        "steps",
                        List.of(step(0, "SUCCESS"), step(1, "FAILED"))),
                event(
                        "finished",
                        "externalId",
                        id,
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "finishedAt",
                        startedAt.plusMillis(560).toString()));
    }
}
