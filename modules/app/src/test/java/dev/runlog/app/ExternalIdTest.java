package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static dev.runlog.app.Engine.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines record with IDs of their own. */
@ServerTest("RECORDING_EXTERNAL_ID_SWEEP_INTERVAL=P1D")
final class ExternalIdTest {
    private final RunningServer server;
    private Engine engine;
    private String owner;

    ExternalIdTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        owner = server.anOwner();
        engine = new Engine(server, owner);
    }

    @Test
    void recordsAndFindsAnExecutionByItsExternalId() {
        Instant start = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);

        JsonNode report = engine.record(
                event(
                        "started",
                        "externalId",
                        "run-7",
                        "source",
                        "airflow-1",
                        "workflow",
                        "etl",
                        "startedAt",
                        start.toString()),
                event("steps", "externalId", "run-7", "source", "airflow-1", "steps", List.of(step(0, "SUCCESS"))),
                event("heartbeat", "externalId", "run-7", "source", "airflow-1"),
                event(
                        "finished",
                        "externalId",
                        "run-7",
                        "source",
                        "airflow-1",
                        "status",
                        "SUCCESS",
                        "finishedAt",
                        start.plusMillis(560).toString()));

        assertThat(report.has("warnings")).isFalse();
        JsonNode found = engine.find(
                "run-7", "airflow-1", "id externalId source status startedAt duration steps { totalCount }");
        assertThat(found.get("externalId").asText()).isEqualTo("run-7");
        assertThat(found.get("source").asText()).isEqualTo("airflow-1");
        assertThat(found.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(found.get("startedAt").asText()).isEqualTo(start.toString());
        assertThat(found.get("duration").asText()).isEqualTo("PT0.56S");
        assertThat(found.at("/steps/totalCount").asInt()).isEqualTo(1);
        assertThat(Ids.timeOf(UUID.fromString(found.get("id").asText()))).isEqualTo(start);
        assertThat(engine.get(found.get("id").asText(), "externalId")
                        .get("externalId")
                        .asText())
                .isEqualTo("run-7");
        assertThat(listed("{externalId: \"run-7\", source: \"airflow-1\"}")).containsExactly("run-7");
        assertThat(listed("{externalId: \"run-8\", source: \"airflow-1\"}")).isEmpty();
        assertThat(listed("{externalId: \"run-7\"}")).isEmpty();
    }

    @Test
    void keepsOwnersAndSourcesApart() {
        Engine other = new Engine(server, server.anOwner());
        String plain = event("execution", "externalId", "1", "workflow", "w", "status", "SUCCESS", "trigger", "plain");
        String sourced = event(
                "execution", "externalId", "1", "source", "b", "workflow", "w", "status", "FAILED", "trigger", "b");

        engine.record(plain, sourced);

        assertThat(engine.find("1", "trigger").get("trigger").asText()).isEqualTo("plain");
        assertThat(engine.find("1", "b", "trigger").get("trigger").asText()).isEqualTo("b");
        assertThat(engine.find("1", "c", "id").isNull()).isTrue();
        assertThat(other.find("1", "id").isNull()).isTrue();

        other.record(event("started", "externalId", "1", "workflow", "w", "trigger", "other"));

        assertThat(other.find("1", "trigger status").get("trigger").asText()).isEqualTo("other");
        assertThat(engine.find("1", "trigger").get("trigger").asText()).isEqualTo("plain");
    }

    @Test
    void changesNothingIfAnEventComesAgain() {
        String[] events = {
            event("started", "externalId", "x", "workflow", "w"),
            event("steps", "externalId", "x", "workflow", "w", "steps", List.of(step(0, "SUCCESS"))),
            event("finished", "externalId", "x", "workflow", "w", "status", "FAILED"),
            event("execution", "externalId", "y", "workflow", "w", "status", "SUCCESS")
        };

        assertThat(engine.record(events).get("recorded").asInt()).isEqualTo(4);
        assertThat(engine.record(events).get("duplicates").asInt()).isEqualTo(4);
        assertThat(engine.send(event("finished", "externalId", "x", "status", "SUCCESS"))
                        .at("/rejected/0/code")
                        .asText())
                .isEqualTo("CONFLICT");
        assertThat(executions()).isEqualTo(2);
    }

    @Test
    void reservesTheIdOfAParentUntilAnEventOfItsOwn(TestDatabase database) throws SQLException {
        engine.record(event("started", "externalId", "child", "parentExternalId", "parent", "workflow", "w"));

        assertThat(engine.find("parent", "id").isNull()).isTrue();
        assertThat(engine.find("child", "parent { id }").get("parent").isNull()).isTrue();
        assertThat(engine.send(event("heartbeat", "externalId", "parent"))
                        .at("/rejected/0/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
        assertThat(executions()).isEqualTo(1);

        engine.record(event("started", "externalId", "parent", "workflow", "w"));

        assertThat(engine.find("child", "parent { externalId }")
                        .at("/parent/externalId")
                        .asText())
                .isEqualTo("parent");
        assertThat(engine.find("parent", "children { nodes { externalId } }")
                        .at("/children/nodes/0/externalId")
                        .asText())
                .isEqualTo("child");
        assertThat(database.count(
                        "SELECT count(*) FROM external_execution x JOIN owner o ON o.id = owner_id WHERE reserved AND subject = '"
                                + owner + "'"))
                .isZero();
    }

    @Test
    void keepsTheIdOfAParentThatStartsInTheSameBody() {
        engine.record(
                event("started", "externalId", "a", "parentExternalId", "b", "workflow", "w"),
                event("started", "externalId", "b", "parentExternalId", "c", "workflow", "w"),
                event("started", "externalId", "c", "workflow", "w"));

        assertThat(engine.find("a", "parent { parent { externalId } }")
                        .at("/parent/parent/externalId")
                        .asText())
                .isEqualTo("c");
    }

    @Test
    void recordsAnExecutionAgainAfterItWasCleanedUp(TestDatabase database) throws SQLException {
        String event = event("execution", "externalId", "again", "workflow", "w", "status", "SUCCESS");
        engine.record(event);
        String first = engine.find("again", "id").get("id").asText();
        engine.cleanUp();

        assertThat(engine.find("again", "id").isNull()).isTrue();
        assertThat(engine.send(event("heartbeat", "externalId", "again"))
                        .at("/rejected/0/code")
                        .asText())
                .isEqualTo("NOT_FOUND");
        assertThat(mapped(database)).containsExactly(first);

        assertThat(engine.record(event, event).get("recorded").asInt()).isEqualTo(1);

        String second = engine.find("again", "id").get("id").asText();
        assertThat(second).isNotEqualTo(first);
        assertThat(mapped(database)).containsExactly(second);
        assertThat(executions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "'; DROP TABLE execution; --",
                "a\nb\tc\u0001\u001f",
                "x\u001fy",
                "\u202Ereversed",
                "scheduled__2026-11-24T00:00:00+00:00",
                "{\"run\":1}",
                "%_\\",
                "🏃‍♀️ Läufer"
            })
    void takesAnyText(String externalId) throws SQLException {
        engine.record(event("started", "externalId", externalId, "workflow", "w"));

        assertThat(engine.find(externalId, "externalId").get("externalId").asText())
                .isEqualTo(externalId);
        assertThat(RunningServer.texts(
                        engine.data(
                                        "query($f: ExecutionFilter) { executions(filter: $f) { nodes { externalId } } }",
                                        "f",
                                        Map.of("externalId", externalId))
                                .at("/executions/nodes"),
                        "/externalId"))
                .containsExactly(externalId);
    }

    @Test
    void takesExactly512Characters() {
        String longest = "🏃".repeat(ExternalId.ID_CHARS_MAX);

        engine.record(event("started", "externalId", longest, "workflow", "w"));

        assertThat(engine.find(longest, "externalId").get("externalId").asText())
                .isEqualTo(longest);
    }

    @Test
    void hashesAsTheDatabaseDoes(TestDatabase database) throws SQLException {
        engine.record(
                event("started", "externalId", "ü", "workflow", "w"),
                event("started", "externalId", "x", "source", "sörce", "workflow", "w"));

        assertThat(database.count("SELECT count(*) FROM execution e JOIN external_execution x ON x.execution_id = e.id "
                        + "WHERE x.hash = external_id_hash(e.source, e.external_id) AND e.owner_id = "
                        + "(SELECT id FROM owner WHERE subject = '" + owner + "')"))
                .isEqualTo(2);
    }

    @Test
    void refusesABadReferenceForItsLineAlone() {
        String id = Ids.next().toString();
        String uuid4 = UUID.randomUUID().toString();

        JsonNode report = engine.send(
                event("started", "workflow", "w", "externalId", ""),
                event("started", "workflow", "w", "externalId", "x".repeat(513)),
                event("started", "workflow", "w", "externalId", "a\u0000"),
                event("started", "workflow", "w", "externalId", "a", "id", id),
                event("started", "workflow", "w", "externalId", "a", "source", ""),
                event("started", "workflow", "w", "externalId", "a", "source", "x".repeat(129)),
                event("started", "workflow", "w", "externalId", "a", "source", "a\u001fb"),
                event("started", "workflow", "w", "id", id, "source", "b"),
                event("started", "workflow", "w", "id", uuid4),
                event("started", "workflow", "w", "id", "run-7"),
                event("started", "workflow", "w", "externalId", "a", "parentId", id, "parentExternalId", "b"),
                event("started", "workflow", "w", "externalId", "a", "parentExternalId", ""),
                event("finished", "status", "SUCCESS"),
                event("heartbeat", "externalId", "unknown"),
                "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"\\ud800\"}",
                event("started", "workflow", "w", "externalId", "good"));

        assertThat(report.get("recorded").asInt()).isEqualTo(1);
        assertThat(Engine.messages(report.get("rejected")))
                .containsExactly(
                        "Invalid `externalId`: '' has 0 characters (expected 1 to 512).",
                        "Invalid `externalId`: '" + "x".repeat(60) + "…' has 513 characters (expected 1 to 512).",
                        "Invalid `externalId`: NUL at position 1.",
                        "Invalid `externalId`: 'a' (not allowed together with `id`).",
                        "Invalid `source`: empty.",
                        "Invalid `source`: '" + "x".repeat(60) + "…' has 129 characters (limit 128).",
                        "Invalid `source`: control character U+001F at position 1.",
                        "Invalid `source`: 'b' (expected together with an external ID).",
                        "Invalid `id`: '" + uuid4
                                + "' (expected a UUID version 7; use `externalId` for IDs of your own).",
                        "Invalid `id`: 'run-7' (expected a UUID version 7; use `externalId` for IDs of your own).",
                        "Invalid `parentExternalId`: 'b' (not allowed together with `parentId`).",
                        "Invalid `parentExternalId`: '' has 0 characters (expected 1 to 512).",
                        "Missing `id` or `externalId`.",
                        "Execution not found: 'unknown'.",
                        "Invalid `externalId`: lone surrogate at position 0.");
        assertThat(executions()).isEqualTo(1);
    }

    @Test
    void recordsWithMutations() {
        String reference = "externalId: \"m\", source: \"s\"";

        JsonNode started = engine.data("mutation { startExecution(input: {" + reference
                + ", workflowKey: \"w\", parentExternalId: \"p\"}) { execution { id externalId source } warnings } }");
        engine.data("mutation { recordSteps(input: {" + reference
                + ", steps: [{index: 0, name: \"a\", status: RUNNING}]}) { execution { id } warnings } }");
        engine.data("mutation { heartbeat(input: {" + reference + "}) { execution { id } warnings } }");
        JsonNode finished = engine.data("mutation { finishExecution(input: {" + reference
                + ", status: CANCELLED}) { execution { id status } warnings } }");

        assertThat(started.at("/startExecution/execution/externalId").asText()).isEqualTo("m");
        assertThat(started.at("/startExecution/execution/source").asText()).isEqualTo("s");
        assertThat(started.at("/startExecution/warnings")).isEmpty();
        assertThat(finished.at("/finishExecution/execution/id")).isEqualTo(started.at("/startExecution/execution/id"));
        assertThat(finished.at("/finishExecution/execution/status").asText()).isEqualTo("CANCELLED");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            { execution { id } }                                                    | either `id` or `externalId`
            { execution(id: "01a20fca-051c-7647-86b1-f1dac849beef", externalId: "a") { id } } | either `id` or `externalId`
            { execution(externalId: "") { id } }                                    | Invalid `externalId`
            { execution(externalId: "a", source: "") { id } }                       | Invalid `source`
            { execution(externalId: "a\\u0000") { id } }                            | NUL
            { execution(externalId: "a", source: "\\u0000") { id } }                | NUL
            { execution(id: "01a20fca-051c-7647-86b1-f1dac849beef", source: "a") { id } } | Invalid `source`
            { executions(filter: {source: "a"}) { nodes { id } } }                  | Invalid `source`
            { executions(filter: {externalId: ""}) { nodes { id } } }               | Invalid `externalId`
            mutation { heartbeat(input: {source: "a"}) { warnings } }               | Invalid `source`
            mutation { heartbeat(input: {}) { warnings } }                          | Missing `executionId` or `externalId`
            """)
    void refusesBadReferencesInGraphql(String operation, String message) {
        JsonNode error = engine.graphql(operation).at("/errors/0");

        assertThat(error.at("/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(error.get("message").asText()).contains(message);
    }

    @Test
    void placesAnExecutionByTheBestTimeThatIsKnown() {
        Instant finish = Instant.now().minus(Duration.ofHours(3)).truncatedTo(ChronoUnit.MILLIS);
        Instant start = finish.minus(Duration.ofHours(1));

        engine.record(event(
                "finished", "externalId", "f", "workflow", "w", "status", "SUCCESS", "finishedAt", finish.toString()));
        engine.record(event(
                "finished",
                "externalId",
                "s",
                "workflow",
                "w",
                "status",
                "SUCCESS",
                "startedAt",
                start.toString(),
                "finishedAt",
                finish.toString()));

        assertThat(timeOf("f")).isEqualTo(finish);
        assertThat(timeOf("s")).isEqualTo(start);
    }

    private Instant timeOf(String externalId) {
        return Ids.timeOf(
                UUID.fromString(engine.find(externalId, "id").get("id").asText()));
    }

    private List<String> listed(String filter) {
        return RunningServer.texts(
                engine.data("{ executions(filter: " + filter + ") { nodes { externalId } } }")
                        .at("/executions/nodes"),
                "/externalId");
    }

    private int executions() {
        return engine.data("{ executions { totalCount } }")
                .at("/executions/totalCount")
                .asInt();
    }

    private List<String> mapped(TestDatabase database) throws SQLException {
        return database.list(
                "SELECT execution_id FROM external_execution x JOIN owner o ON o.id = owner_id WHERE subject = '"
                        + owner + "'");
    }
}
