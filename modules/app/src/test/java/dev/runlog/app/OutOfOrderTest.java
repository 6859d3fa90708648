package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static dev.runlog.app.Engine.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that bring their workflow may come in any order. */
@ServerTest
final class OutOfOrderTest {
    private static final String FIELDS = "status startedAt finishedAt duration trigger labels payload result "
            + "heartbeatDeadline parent { externalId } steps { nodes { name status } } workflow { key }";

    private final RunningServer server;
    private Engine engine;

    OutOfOrderTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
    }

    @ParameterizedTest
    @CsvSource({"externalId, false", "externalId, true", "id, false", "id, true"})
    void storesTheSameForEveryOrder(String reference, boolean inOneBody, TestDatabase database) throws SQLException {
        Instant start = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        engine.record(event("started", "externalId", "parent", "workflow", "w"));
        Set<String> stored = new TreeSet<>();
        int number = 0;
        for (List<Integer> order : permutations(List.of(0, 1, 2, 3, 4))) {
            String id = reference.equals("id") ? Ids.at(start).toString() : "run-" + number++;
            List<String> lines = lines(reference, id, start);
            String[] ordered = order.stream().map(lines::get).toArray(String[]::new);
            if (inOneBody) {
                engine.record(ordered);
            } else {
                for (String line : ordered) {
                    engine.record(line);
                }
            }
            JsonNode execution = reference.equals("id") ? engine.get(id, FIELDS) : engine.find(id, FIELDS);
            stored.add(execution.toString());
        }

        assertThat(stored).hasSize(1);
        assertThat(stored.iterator().next())
                .contains("\"status\":\"SUCCESS\"", "\"duration\":\"PT0.56S\"", "\"trigger\":\"cron\"")
                .contains("\"payload\":{\"a\":1}", "\"result\":7", "\"externalId\":\"parent\"", "step 1");
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void createsARunningExecutionFromStepsOrAHeartbeat() {
        engine.record(
                event("heartbeat", "externalId", "a", "workflow", "w"),
                event("steps", "externalId", "b", "workflow", "w", "steps", List.of(step(0, "RUNNING"))));

        assertThat(engine.find("a", "status heartbeatDeadline").toString())
                .isEqualTo("{\"status\":\"RUNNING\",\"heartbeatDeadline\":null}");
        assertThat(engine.find("b", "status steps { totalCount }").toString())
                .isEqualTo("{\"status\":\"RUNNING\",\"steps\":{\"totalCount\":1}}");

        engine.record(event("started", "externalId", "a", "workflow", "w", "heartbeatTimeout", "PT1H"));

        assertThat(Instant.parse(engine.find("a", "heartbeatDeadline")
                        .get("heartbeatDeadline")
                        .asText()))
                .isAfter(Instant.now().plusSeconds(3500));
    }

    @Test
    void returnsTheLastHeartbeatWhileItRuns() {
        Instant begin = Instant.now();
        engine.record(event("started", "externalId", "beating", "workflow", "w", "heartbeatTimeout", "PT1H"));
        Instant start = lastHeartbeat("beating");
        engine.record(event("heartbeat", "externalId", "beating", "workflow", "w"));
        Instant beat = lastHeartbeat("beating");

        assertThat(start).isBetween(begin.truncatedTo(ChronoUnit.MICROS), beat);
        assertThat(beat).isAfter(start).isBeforeOrEqualTo(Instant.now());
        assertThat(Instant.parse(engine.find("beating", "heartbeatDeadline")
                        .get("heartbeatDeadline")
                        .asText()))
                .isEqualTo(beat.plusSeconds(3600));

        engine.record(event("finished", "externalId", "beating", "workflow", "w", "status", "SUCCESS"));
        assertThat(engine.find("beating", "lastHeartbeatAt")
                        .get("lastHeartbeatAt")
                        .isNull())
                .isTrue();
    }

    private Instant lastHeartbeat(String externalId) {
        return Instant.parse(engine.find(externalId, "lastHeartbeatAt")
                .get("lastHeartbeatAt")
                .asText());
    }

    @Test
    void marksARunAsCrashedAfterALateStartWithAHeartbeatTimeout(TestDatabase database) throws SQLException {
        engine.record(event("heartbeat", "externalId", "c", "workflow", "w"));
        engine.record(event("started", "externalId", "c", "workflow", "w", "heartbeatTimeout", "PT0.001S"));

        RunningServer.awaitThat(
                () -> engine.find("c", "status").get("status").asText().equals("CRASHED"));
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void needsAWorkflowToCreateAnExecution() {
        JsonNode report = engine.send(
                event("heartbeat", "externalId", "a"),
                event("steps", "externalId", "a", "steps", List.of(step(0, "RUNNING"))),
                event("finished", "externalId", "a", "status", "SUCCESS"),
                event("heartbeat", "id", Ids.next().toString()));

        assertThat(RunningServer.texts(report.get("rejected"), "/code")).containsOnly("NOT_FOUND");
        assertThat(report.get("rejected")).hasSize(4);
    }

    @Test
    void keepsAFinishOfAKnownExecutionWhateverItsTimesAre() {
        engine.record(event("started", "externalId", "old", "workflow", "w"));

        JsonNode report = engine.record(event(
                "finished",
                "externalId",
                "old",
                "workflow",
                "w",
                "status",
                "FAILED",
                "startedAt",
                "0001-01-01T00:00:00Z",
                "finishedAt",
                "0001-01-01T00:00:01Z"));

        assertThat(Engine.messages(report.get("warnings")).get(0)).startsWith("startedAt ignored: ");
        assertThat(engine.find("old", "status duration").toString())
                .isEqualTo("{\"status\":\"FAILED\",\"duration\":\"PT0S\"}");
    }

    @Test
    void keepsAFinishOfAnUnknownExecutionWhateverItsTimeIs() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);

        JsonNode report = engine.record(event(
                "finished",
                "externalId",
                "new",
                "workflow",
                "w",
                "status",
                "FAILED",
                "finishedAt",
                "0001-01-01T00:00:01Z"));

        assertThat(Engine.messages(report.get("warnings")).get(0))
                .startsWith("finishedAt ignored: ")
                .contains("too long ago", "recording.start-age-max");
        JsonNode execution = engine.find("new", "startedAt duration");
        assertThat(Instant.parse(execution.get("startedAt").asText())).isBetween(before, Instant.now());
        assertThat(execution.get("duration").asText()).isEqualTo("PT0S");
    }

    private static List<String> lines(String reference, String id, Instant start) {
        return new ArrayList<>(List.of(
                event(
                        "started",
                        reference,
                        id,
                        "workflow",
                        "w",
                        "startedAt",
                        start.toString(),
                        "trigger",
                        "cron",
                        "parentExternalId",
                        "parent",
                        "labels",
                        Map.of("env", "prod"),
                        "payload",
                        Map.of("a", 1),
                        "heartbeatTimeout",
                        "PT1H"),
                event(
                        "steps",
                        reference,
                        id,
                        "workflow",
                        "w",
                        "steps",
                        List.of(step(0, "SUCCESS"), step(1, "RUNNING"))),
                event("steps", reference, id, "workflow", "w", "steps", List.of(step(1, "FAILED"))),
                event("heartbeat", reference, id, "workflow", "w"),
                event(
                        "finished",
                        reference,
                        id,
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "finishedAt",
                        start.plusMillis(560).toString(),
                        "result",
                        7)));
    }

    private List<String> wrong(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            return RandomLoad.wrong(connection);
        }
    }

    /** Some orders, among them the natural one and its reverse. */
    private static List<List<Integer>> permutations(List<Integer> elements) {
        Random random = new Random(21);
        List<List<Integer>> orders = new ArrayList<>();
        orders.add(elements);
        List<Integer> reversed = new ArrayList<>(elements);
        Collections.reverse(reversed);
        orders.add(reversed);
        for (int i = 0; i < 20; i++) {
            List<Integer> shuffled = new ArrayList<>(elements);
            Collections.shuffle(shuffled, random);
            orders.add(shuffled);
        }
        return orders;
    }
}
