package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** An event that would close a cycle of parents is recorded without that link, and the answer says so. */
@ServerTest
final class ParentCycleTest {
    private static final String CYCLES = "WITH RECURSIVE up (id, at) AS (SELECT id, parent_id FROM execution "
            + "UNION SELECT up.id, e.parent_id FROM up JOIN execution e ON e.id = up.at) "
            + "SELECT count(*) FROM up WHERE id = at";

    private final RunningServer server;
    private Engine engine;

    ParentCycleTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
    }

    @Test
    void ignoresAnExecutionAsItsOwnParent(TestDatabase database) throws SQLException {
        String id = Ids.next().toString();

        JsonNode report = engine.record(
                event("started", "id", id, "parentId", id, "workflow", "w", "trigger", "kept"),
                event("started", "externalId", "self", "parentExternalId", "self", "workflow", "w"),
                event("execution", "externalId", "me", "parentExternalId", "me", "workflow", "w", "status", "SUCCESS"));

        assertThat(report.get("recorded").asInt()).isEqualTo(3);
        assertThat(report.get("warnings").toString())
                .isEqualTo("[{\"line\":1,\"message\":\"parentId ignored: it would close a cycle.\"},"
                        + "{\"line\":2,\"message\":\"parentExternalId ignored: it would close a cycle.\"},"
                        + "{\"line\":3,\"message\":\"parentExternalId ignored: it would close a cycle.\"}]");
        assertThat(engine.get(id, "trigger parent { id }").toString())
                .isEqualTo("{\"trigger\":\"kept\",\"parent\":null}");
        assertThat(database.count(CYCLES)).isZero();
    }

    @RepeatedTest(10)
    void ignoresTheLastLinkOfACycleWithinOneBody(TestDatabase database) throws SQLException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            lines.add(event("started", "externalId", "n" + i, "parentExternalId", "n" + (i + 1) % 7, "workflow", "w"));
        }

        JsonNode report = engine.record(lines.toArray(String[]::new));

        assertThat(report.get("recorded").asInt()).isEqualTo(7);
        assertThat(report.get("warnings")).as(report.toString()).hasSize(1);
        assertThat(database.count(CYCLES)).isZero();
    }

    @RepeatedTest(10)
    void ignoresALinkThatClosesACycleOfIds(TestDatabase database) throws SQLException {
        UUID a = Ids.next();
        UUID b = Ids.next();

        JsonNode report = engine.record(
                event("started", "id", a.toString(), "parentId", b.toString(), "workflow", "w"),
                event("started", "id", b.toString(), "parentId", a.toString(), "workflow", "w"));

        assertThat(report.get("recorded").asInt()).isEqualTo(2);
        assertThat(report.get("warnings")).as(report.toString()).hasSize(1);
        assertThat(database.count(CYCLES)).isZero();
    }

    @Test
    void findsACycleThroughStoredExecutions(TestDatabase database) throws SQLException {
        UUID first = Ids.next();
        UUID previous = first;
        for (int i = 0; i < 5; i++) {
            UUID id = Ids.next();
            engine.record(event("started", "id", id.toString(), "parentId", previous.toString(), "workflow", "w"));
            previous = id;
        }

        JsonNode started = engine.data(
                "mutation($input: StartExecutionInput!) { startExecution(input: $input) { warnings execution { id "
                        + "parent { id } } } }",
                "input",
                Map.of("executionId", first.toString(), "parentId", previous.toString(), "workflowKey", "w"));

        assertThat(started.at("/startExecution/warnings/0").asText())
                .isEqualTo("parentId ignored: it would close a cycle.");
        assertThat(started.at("/startExecution/execution/parent").isNull()).isTrue();
        assertThat(database.count(CYCLES)).isZero();
    }

    @Test
    void findsACycleThroughDaysThatAreFarApart(TestDatabase database) throws SQLException {
        Instant now = Instant.now();
        String a = Ids.at(now).toString();
        String b = Ids.at(now.minus(Duration.ofDays(40))).toString();
        String c = Ids.at(now.minus(Duration.ofDays(20))).toString();

        engine.record(event("started", "id", b, "parentId", c, "workflow", "w"));
        engine.record(event("started", "id", c, "parentId", a, "workflow", "w"));
        JsonNode report = engine.record(event("started", "id", a, "parentId", b, "workflow", "w"));

        assertThat(report.get("warnings")).as(report.toString()).hasSize(1);
        assertThat(database.count(CYCLES)).isZero();
    }

    @RepeatedTest(10)
    void findsACycleOfLateStarts(TestDatabase database) throws SQLException {
        engine.record(
                event("heartbeat", "externalId", "a", "workflow", "w"),
                event("heartbeat", "externalId", "b", "workflow", "w"));

        JsonNode report = engine.record(
                event("started", "externalId", "a", "parentExternalId", "b", "workflow", "w"),
                event("started", "externalId", "b", "parentExternalId", "a", "workflow", "w"));

        assertThat(report.get("warnings")).as(report.toString()).hasSize(1);
        assertThat(database.count(CYCLES)).isZero();
    }

    @Test
    void keepsTheLinksOfATree() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i < 50; i++) {
            lines.add(event("started", "externalId", "t" + i, "parentExternalId", "t" + i / 2, "workflow", "w"));
        }
        lines.add(event("started", "externalId", "t0", "workflow", "w"));

        JsonNode report = engine.record(lines.toArray(String[]::new));

        assertThat(report.has("warnings")).isFalse();
        assertThat(engine.find("t49", "parent { parent { externalId } }")
                        .at("/parent/parent/externalId")
                        .asText())
                .isEqualTo("t12");
    }
}
