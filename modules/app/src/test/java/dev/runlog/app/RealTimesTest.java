package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The start of an execution may differ from the time in its ID. */
@ServerTest
final class RealTimesTest {
    private static final String TIMES = "startedAt finishedAt duration durationMillis";

    private final RunningServer server;
    private Engine engine;
    private final Instant noon = Instant.now().minus(Duration.ofDays(2)).truncatedTo(ChronoUnit.MILLIS);

    RealTimesTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
    }

    @Test
    void showsTheRealStartAndFiltersByTheTimeInTheId() {
        UUID id = Ids.at(noon);
        Instant start = noon.plusSeconds(8);

        engine.record(
                event("started", "id", id.toString(), "workflow", "w", "startedAt", start.toString()),
                event(
                        "finished",
                        "id",
                        id.toString(),
                        "status",
                        "SUCCESS",
                        "finishedAt",
                        start.plusMillis(560).toString()));

        JsonNode execution = engine.get(id, TIMES);
        assertThat(execution.get("startedAt").asText()).isEqualTo(start.toString());
        assertThat(execution.get("durationMillis").asInt()).isEqualTo(560);
        assertThat(count(noon, noon.plusSeconds(1))).isEqualTo(1);
        assertThat(count(start, start.plusSeconds(1))).isZero();
        assertThat(engine.data(
                                "{ executions(filter: {maxDuration: \"PT0.56S\", minDuration: \"PT0.56S\"}) { totalCount } }")
                        .at("/executions/totalCount")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void limitsTheDistanceBetweenAnIdAndItsStart() {
        String id = Ids.at(noon).toString();

        JsonNode report = engine.send(
                event(
                        "started",
                        "id",
                        id,
                        "workflow",
                        "w",
                        "startedAt",
                        noon.plus(Duration.ofHours(25)).toString()),
                event(
                        "started",
                        "id",
                        id,
                        "workflow",
                        "w",
                        "startedAt",
                        noon.minus(Duration.ofHours(25)).toString()),
                event(
                        "started",
                        "id",
                        id,
                        "workflow",
                        "w",
                        "startedAt",
                        noon.minus(Duration.ofHours(23)).toString()));

        assertThat(report.get("recorded").asInt()).isEqualTo(1);
        assertThat(Engine.messages(report.get("rejected")))
                .allMatch(message -> message.startsWith("Invalid `startedAt`: ")
                        && message.endsWith("(expected at most 1 day from " + noon
                                + ", the time in `id`; see recording.start-skew-max)."));
    }

    @Test
    void correctsTheDurationWhenTheStartComesLate(TestDatabase database) throws SQLException {
        Instant finish = noon.plusSeconds(10);
        engine.record(event(
                "finished",
                "externalId",
                "late",
                "workflow",
                "w",
                "status",
                "FAILED",
                "finishedAt",
                finish.toString()));
        assertThat(engine.find("late", TIMES).get("durationMillis").asInt()).isZero();
        assertThat(averageMillis()).isZero();

        engine.record(event("started", "externalId", "late", "workflow", "w", "startedAt", noon.toString()));

        assertThat(engine.find("late", TIMES).get("durationMillis").asInt()).isEqualTo(10_000);
        assertThat(engine.data("{ executions(status: [FAILED]) { nodes { startedAt duration } } }")
                        .at("/executions/nodes/0")
                        .toString())
                .isEqualTo("{\"startedAt\":\"" + noon + "\",\"duration\":\"PT10S\"}");
        assertThat(averageMillis()).isEqualTo(10_000);
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void takesTheStartFromTheFinishUnlessTheStartGaveAnother(TestDatabase database) throws SQLException {
        Instant finish = noon.plusSeconds(10);
        String[] finishes = {"without", "with"};
        engine.record(
                event("started", "externalId", "without", "workflow", "w"),
                event("heartbeat", "externalId", "with", "workflow", "w"));
        engine.record(event(
                "started",
                "externalId",
                "with",
                "workflow",
                "w",
                "startedAt",
                noon.plusSeconds(4).toString()));
        for (String id : finishes) {
            engine.record(event(
                    "finished",
                    "externalId",
                    id,
                    "status",
                    "SUCCESS",
                    "startedAt",
                    noon.toString(),
                    "finishedAt",
                    finish.toString()));
        }

        assertThat(engine.find("without", TIMES).get("durationMillis").asInt()).isEqualTo(10_000);
        assertThat(engine.find("with", TIMES).get("durationMillis").asInt()).isEqualTo(6000);
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void givesAFinishBeforeItsStartNoDuration(TestDatabase database) throws SQLException {
        String before = noon.minusSeconds(5).toString();
        String start = event("started", "externalId", "%s", "workflow", "w", "startedAt", noon.toString());
        String finish =
                event("finished", "externalId", "%s", "workflow", "w", "status", "SUCCESS", "finishedAt", before);

        engine.record(start.replace("%s", "a"));
        engine.record(finish.replace("%s", "a"));
        engine.record(finish.replace("%s", "b"));
        engine.record(start.replace("%s", "b"));
        engine.record(event(
                "execution",
                "externalId",
                "c",
                "workflow",
                "w",
                "status",
                "SUCCESS",
                "startedAt",
                noon.toString(),
                "finishedAt",
                before));

        String expected = "{\"startedAt\":\"" + noon + "\",\"finishedAt\":\"" + noon
                + "\",\"duration\":\"PT0S\",\"durationMillis\":0}";
        for (String id : List.of("a", "b", "c")) {
            assertThat(engine.find(id, TIMES).toString()).as(id).isEqualTo(expected);
        }
        assertThat(wrong(database)).isEmpty();
    }

    @Test
    void startsAWholeRunAtItsFinishIfNothingElseIsKnown() {
        Instant finish = noon.plusSeconds(10);
        engine.record(
                event(
                        "execution",
                        "externalId",
                        "ran",
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "finishedAt",
                        finish.toString()),
                event(
                        "execution",
                        "externalId",
                        "queued",
                        "workflow",
                        "w",
                        "status",
                        "SUCCESS",
                        "queuedAt",
                        noon.toString(),
                        "finishedAt",
                        finish.toString()));

        String expected = "{\"startedAt\":\"" + finish + "\",\"finishedAt\":\"" + finish
                + "\",\"duration\":\"PT0S\",\"durationMillis\":0}";
        assertThat(engine.find("ran", TIMES).toString()).isEqualTo(expected);
        assertThat(engine.find("queued", TIMES).toString()).isEqualTo(expected);
        assertThat(count(finish, finish.plusMillis(1))).isEqualTo(1);
        assertThat(count(noon, noon.plusMillis(1))).isEqualTo(1);
    }

    @Test
    void sortsByTheRealDuration() {
        for (int millis : new int[] {300, 100, 200}) {
            engine.record(event(
                    "execution",
                    "externalId",
                    "d" + millis,
                    "workflow",
                    "w",
                    "status",
                    "SUCCESS",
                    "startedAt",
                    noon.toString(),
                    "finishedAt",
                    noon.plusMillis(millis).toString()));
        }

        assertThat(RunningServer.texts(
                        engine.data("{ executions(orderBy: DURATION_ASC) { nodes { externalId } } }")
                                .at("/executions/nodes"),
                        "/externalId"))
                .containsExactly("d100", "d200", "d300");
    }

    private int count(Instant from, Instant to) {
        return engine.data("{ executions(filter: {startedAfter: \"" + from + "\", startedBefore: \"" + to
                        + "\"}) { totalCount } }")
                .at("/executions/totalCount")
                .asInt();
    }

    private double averageMillis() {
        return engine.data("{ statistics(interval: DAY) { intervals { averageDurationMillis } } }")
                .at("/statistics/intervals/0/averageDurationMillis")
                .asDouble();
    }

    private List<String> wrong(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            return RandomLoad.wrong(connection);
        }
    }
}
