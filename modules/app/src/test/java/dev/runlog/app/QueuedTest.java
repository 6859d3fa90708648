package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static dev.runlog.app.Engine.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An execution may wait in a queue before it runs. */
@ServerTest
final class QueuedTest {
    private static final String FIELDS = "status queuedAt startedAt finishedAt queuedDuration duration trigger attempt "
            + "labels payload steps { totalCount }";

    private final RunningServer server;
    private String owner;
    private Engine engine;

    QueuedTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        owner = server.anOwner();
        engine = new Engine(server, owner);
    }

    @ParameterizedTest
    @ValueSource(strings = {"externalId", "id"})
    void waitsThenRunsThenEnds(String reference, TestDatabase database) throws SQLException {
        Instant queued = Instant.now().minusSeconds(7200).truncatedTo(ChronoUnit.MILLIS);
        String id = reference.equals("id") ? Ids.at(queued).toString() : "run";
        engine.record(event(
                "queued",
                reference,
                id,
                "workflow",
                "w",
                "queuedAt",
                queued.toString(),
                "trigger",
                "cron",
                "payload",
                Map.of("a", 1)));

        JsonNode waiting = get(reference, id);
        assertThat(waiting.get("status").asText()).isEqualTo("QUEUED");
        assertThat(waiting.get("queuedAt").asText()).isEqualTo(queued.toString());
        assertThat(waiting.get("startedAt").isNull()).isTrue();
        assertThat(counts()).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(total("QUEUED")).isEqualTo(1);

        engine.record(event(
                "started",
                reference,
                id,
                "workflow",
                "w",
                "startedAt",
                queued.plusSeconds(3600).toString()));

        JsonNode running = get(reference, id);
        assertThat(running.get("status").asText()).isEqualTo("RUNNING");
        assertThat(running.get("queuedDuration").asText()).isEqualTo("PT1H");
        assertThat(running.get("trigger").asText()).isEqualTo("cron");
        assertThat(running.at("/payload/a").asInt()).isEqualTo(1);
        assertThat(counts()).isEqualTo(new Counts(0, 1, 0, 0));

        engine.record(event(
                "finished",
                reference,
                id,
                "status",
                "SUCCESS",
                "finishedAt",
                queued.plusSeconds(3660).toString()));

        assertThat(get(reference, id).get("duration").asText()).isEqualTo("PT1M");
        assertThat(counts()).isEqualTo(new Counts(0, 0, 1, 0));
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void storesTheSameForEveryOrder(TestDatabase database) throws SQLException {
        Instant queued = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        Set<String> stored = new TreeSet<>();
        int number = 0;
        for (List<Integer> order : orders(List.of(0, 1, 2, 3))) {
            String id = "run-" + number++;
            List<String> lines = List.of(
                    event(
                            "queued",
                            "externalId",
                            id,
                            "workflow",
                            "w",
                            "queuedAt",
                            queued.toString(),
                            "attempt",
                            2,
                            "labels",
                            Map.of("env", "prod")),
                    event(
                            "started",
                            "externalId",
                            id,
                            "workflow",
                            "w",
                            "startedAt",
                            queued.plusSeconds(5).toString(),
                            "payload",
                            1),
                    event("steps", "externalId", id, "workflow", "w", "steps", List.of(step(0, "SUCCESS"))),
                    event(
                            "finished",
                            "externalId",
                            id,
                            "workflow",
                            "w",
                            "status",
                            "SUCCESS",
                            "finishedAt",
                            queued.plusSeconds(7).toString()));
            for (int at : order) {
                engine.record(lines.get(at), lines.get(at));
            }
            stored.add(engine.find(id, FIELDS).toString());
        }

        assertThat(stored).hasSize(1);
        assertThat(stored.iterator().next())
                .contains("\"status\":\"SUCCESS\"", "\"queuedDuration\":\"PT5S\"", "\"duration\":\"PT2S\"")
                .contains("\"attempt\":2", "\"payload\":1", "\"env\":\"prod\"");
        assertThat(wrong(database)).isEmpty();
    }

    /** A start may come last, after a finish that knew its time; and its time may contradict that of the finish. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "equal", "contradicting"})
    void takesAllOfTheStartInEveryOrder(String time, TestDatabase database) throws SQLException {
        Instant queued = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        Instant startedAt = queued.plusSeconds(5);
        List<List<Integer>> orders = new ArrayList<>(orders(List.of(0, 1, 2)));
        orders.addAll(orders(List.of(1, 2)));
        Set<String> started = new TreeSet<>();
        int number = 0;
        for (List<Integer> order : orders) {
            String id = "all-" + number++;
            List<String> lines = List.of(
                    event("queued", "externalId", id, "workflow", "w", "queuedAt", queued.toString()),
                    event(
                            "started",
                            "externalId",
                            id,
                            "workflow",
                            "w",
                            "startedAt",
                            time.equals("none")
                                    ? null
                                    : startedAt
                                            .plusSeconds(time.equals("equal") ? 0 : 10)
                                            .toString(),
                            "payload",
                            1,
                            "attempt",
                            2),
                    event(
                            "finished",
                            "externalId",
                            id,
                            "workflow",
                            "w",
                            "status",
                            "SUCCESS",
                            "startedAt",
                            startedAt.toString(),
                            "finishedAt",
                            queued.plusSeconds(65).toString()));
            for (int at : order) {
                engine.record(lines.get(at));
            }
            started.add(
                    engine.find(id, "status startedAt duration payload attempt").toString());
        }

        assertThat(started)
                .containsExactly("{\"status\":\"SUCCESS\",\"startedAt\":\""
                        + startedAt.plusSeconds(time.equals("contradicting") ? 10 : 0) + "\",\"duration\":\""
                        + (time.equals("contradicting") ? "PT50S" : "PT1M") + "\",\"payload\":1,\"attempt\":2}");
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void doesNotMoveTheFinishWhenTheStartComesLate() {
        Instant finish = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        engine.record(event(
                "queued",
                "externalId",
                "a",
                "workflow",
                "w",
                "queuedAt",
                finish.minusSeconds(9).toString()));
        engine.record(event("finished", "externalId", "a", "status", "SUCCESS", "finishedAt", finish.toString()));
        engine.record(event("started", "externalId", "a", "workflow", "w"));

        assertThat(engine.find("a", "startedAt finishedAt").toString())
                .isEqualTo("{\"startedAt\":\"" + finish + "\",\"finishedAt\":\"" + finish + "\"}");
    }

    @Test
    void doesNotCountTowardsDurationsIfItNeverStarts() {
        Instant start = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        engine.record(
                event("queued", "externalId", "cancelled", "workflow", "w"),
                event("queued", "externalId", "waiting", "workflow", "w"),
                event(
                        "execution",
                        "externalId",
                        "ran",
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "startedAt",
                        start.toString(),
                        "finishedAt",
                        start.plusSeconds(10).toString()));
        engine.record(event("finished", "externalId", "cancelled", "status", "CANCELLED"));

        JsonNode interval = engine.data(
                        "{ statistics(interval: DAY) { intervals { averageDurationMillis successRate } } }")
                .at("/statistics/intervals/0");
        assertThat(interval.get("averageDurationMillis").asInt()).isEqualTo(10_000);
        assertThat(interval.get("successRate").asDouble()).isEqualTo(0.5);
    }

    @Test
    void isCancelledWithoutAStart(TestDatabase database) throws SQLException {
        engine.record(event("queued", "externalId", "a", "workflow", "w"));
        engine.record(event("finished", "externalId", "a", "status", "CANCELLED"));

        JsonNode cancelled = engine.find("a", FIELDS);
        assertThat(cancelled.get("status").asText()).isEqualTo("CANCELLED");
        assertThat(cancelled.get("startedAt").isNull()).isTrue();
        assertThat(cancelled.get("duration").isNull()).isTrue();
        assertThat(total("CANCELLED")).isEqualTo(1);
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void mayStartLongAfterTheTimeInItsId() {
        Instant queued = Instant.now().minus(Duration.ofDays(5));
        String id = Ids.at(queued).toString();
        engine.record(event("queued", "id", id, "workflow", "w"));
        engine.record(event(
                "started", "id", id, "workflow", "w", "startedAt", Instant.now().toString()));

        assertThat(engine.get(id, "status").get("status").asText()).isEqualTo("RUNNING");
        assertThat(engine.send(event(
                                "started",
                                "id",
                                Ids.at(queued).toString(),
                                "workflow",
                                "w",
                                "startedAt",
                                Instant.now().toString()))
                        .at("/rejected/0/message")
                        .asText())
                .contains("startedAt", "recording.start-skew-max");
    }

    @Test
    void isQueuedByAMutation() {
        JsonNode queued = engine.data("mutation { queueExecution(input: {workflowKey: \"m\", externalId: \"q\"}) "
                + "{ execution { id status queuedAt startedAt } warnings } }");
        engine.data("mutation { startExecution(input: {workflowKey: \"m\", externalId: \"q\"}) "
                + "{ execution { id } } }");

        assertThat(queued.at("/queueExecution/execution/status").asText()).isEqualTo("QUEUED");
        assertThat(queued.at("/queueExecution/execution/startedAt").isNull()).isTrue();
        assertThat(engine.find("q", "id").get("id")).isEqualTo(queued.at("/queueExecution/execution/id"));
        assertThat(engine.find("q", "status").get("status").asText()).isEqualTo("RUNNING");
    }

    @Test
    void isRunningInTheRestApi() {
        engine.record(event("queued", "externalId", "a", "workflow", "rest"));

        HttpResponse<String> answer = server.get("/workflows/rest/logs?status=running", server.token(owner));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode log = RunningServer.json(answer).get(0);
        assertThat(log.get("status").asText()).isEqualTo("running");
        assertThat(log.get("started_at").isNull()).isFalse();
    }

    @Test
    void survivesACleanupWhateverItsAge(TestDatabase database) throws SQLException {
        Instant old = Instant.now().minus(Duration.ofDays(20));
        engine.record(
                event("queued", "externalId", "waiting", "workflow", "w", "queuedAt", old.toString()),
                event(
                        "execution",
                        "externalId",
                        "ended",
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "startedAt",
                        old.toString(),
                        "finishedAt",
                        old.toString()));
        engine.cleanUp();

        assertThat(engine.find("waiting", "status").get("status").asText()).isEqualTo("QUEUED");
        assertThat(engine.find("ended", "status").isNull()).isTrue();
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void entersAndLeavesSubscriptions() {
        Subscriber subscriber = server.subscriber(server.token(owner));
        subscriber.subscribe(
                "1", "subscription { runningExecutions(includeQueued: true) { kind execution { id status } } }");
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("SYNCED");

        engine.record(event("queued", "externalId", "a", "workflow", "w"));
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("ENTERED QUEUED");
        engine.record(event("started", "externalId", "a", "workflow", "w"));
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("UPDATED RUNNING");
        engine.record(event("finished", "externalId", "a", "status", "SUCCESS"));
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("LEFT SUCCESS");
    }

    private JsonNode get(String reference, String id) {
        return reference.equals("id") ? engine.get(id, FIELDS) : engine.find(id, FIELDS);
    }

    private record Counts(int queued, int running, int success, int cancelled) {}

    private Counts counts() {
        JsonNode stored = engine.data("{ statistics { stored { queued running success cancelled } } }")
                .at("/statistics/stored");
        return new Counts(
                stored.get("queued").asInt(),
                stored.get("running").asInt(),
                stored.get("success").asInt(),
                stored.get("cancelled").asInt());
    }

    private int total(String status) {
        return engine.data("{ executions(status: [" + status + "]) { totalCount nodes { id } } }")
                .at("/executions/totalCount")
                .asInt();
    }

    private static List<String> wrong(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            return RandomLoad.wrong(connection);
        }
    }

    private static List<List<Integer>> orders(List<Integer> elements) {
        if (elements.isEmpty()) {
            return List.of(List.of());
        }
        List<List<Integer>> orders = new ArrayList<>();
        for (Integer first : elements) {
            List<Integer> others = new ArrayList<>(elements);
            others.remove(first);
            for (List<Integer> rest : orders(others)) {
                List<Integer> order = new ArrayList<>(List.of(first));
                order.addAll(rest);
                orders.add(order);
            }
        }
        return orders;
    }
}
