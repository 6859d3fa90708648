package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A finish may name the parent and the retried execution, as some engines repeat them in every event. */
@ServerTest
final class FinishLinksTest {
    private static final String LINKS = "status parent { externalId } retryOf { externalId }";
    private static final String LINKED =
            "{\"status\":\"FAILED\",\"parent\":{\"externalId\":\"parent\"},\"retryOf\":{\"externalId\":\"first\"}}";

    private final RunningServer server;
    private Engine engine;

    FinishLinksTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsTheLinksOfAFinishInAnyOrder(boolean inOneBody) {
        String parent = event("started", "externalId", "parent", "workflow", "w");
        String first = event("started", "externalId", "first", "workflow", "w");
        record(inOneBody, started("a"), finished("a"), parent, first);
        record(inOneBody, finished("b"), started("b"));

        assertThat(engine.find("a", LINKS).toString()).isEqualTo(LINKED);
        assertThat(engine.find("b", LINKS).toString()).isEqualTo(LINKED);
        assertThat(engine.find("first", "retries { totalCount }").toString())
                .isEqualTo("{\"retries\":{\"totalCount\":2}}");
    }

    @Test
    void takesLinksByMutation() {
        record(true, started("parent"), started("first"), started("a"), started("b"));
        String parent = engine.find("parent", "id").get("id").asText();
        String first = engine.find("first", "id").get("id").asText();

        JsonNode payload = engine.data(
                "mutation($parent: ID, $first: ID) { "
                        + "a: finishExecution(input: {externalId: \"a\", status: FAILED, parentId: $parent, retryOf: $first}) "
                        + "{ execution { " + LINKS + " } warnings } "
                        + "b: finishExecution(input: {externalId: \"b\", status: FAILED, parentExternalId: \"parent\", "
                        + "retryOfExternalId: \"first\"}) { execution { " + LINKS + " } warnings } "
                        + "c: finishExecution(input: {externalId: \"c\", workflowKey: \"w\", status: FAILED, "
                        + "parentExternalId: \"c\"}) { execution { status parent { id } } warnings } }",
                "parent",
                parent,
                "first",
                first);

        for (String alias : new String[] {"a", "b"}) {
            assertThat(payload.at("/" + alias + "/execution").toString()).isEqualTo(LINKED);
            assertThat(payload.at("/" + alias + "/warnings")).isEmpty();
        }
        assertThat(payload.get("c").toString())
                .isEqualTo("{\"execution\":{\"status\":\"FAILED\",\"parent\":null},"
                        + "\"warnings\":[\"parentExternalId ignored: it would close a cycle.\"]}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void prefersTheLinksOfAStart(boolean inOneBody) {
        record(
                inOneBody,
                event("started", "externalId", "right", "workflow", "w"),
                event("started", "externalId", "a", "workflow", "w", "parentExternalId", "right"),
                finished("a"),
                finished("b"),
                event("started", "externalId", "b", "workflow", "w", "parentExternalId", "right"));

        String right = "{\"parent\":{\"externalId\":\"right\"}}";
        assertThat(engine.find("a", "parent { externalId }").toString()).isEqualTo(right);
        assertThat(engine.find("b", "parent { externalId }").toString()).isEqualTo(right);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void finishesWithoutALinkThatClosesACycle(boolean inOneBody) {
        record(
                inOneBody,
                event("started", "externalId", "parent", "workflow", "w", "parentExternalId", "child"),
                started("child"));

        JsonNode report = engine.record(finished("child"), finished("self", "self"));

        assertThat(Engine.messages(report.get("warnings")))
                .containsOnly("parentExternalId ignored: it would close a cycle.")
                .hasSize(2);
        assertThat(engine.find("child", "status parent { id }").toString())
                .isEqualTo("{\"status\":\"FAILED\",\"parent\":null}");
        assertThat(engine.find("parent", "parent { externalId }").toString())
                .isEqualTo("{\"parent\":{\"externalId\":\"child\"}}");
    }

    @Test
    void finishesDespiteALinkThatCannotBeUsed() {
        record(true, started("a"), started("b"), started("c"), started("d"), started("e"));

        JsonNode report = engine.record(
                event("finished", "externalId", "a", "status", "FAILED", "parentExternalId", "x".repeat(513)),
                event(
                        "finished",
                        "externalId",
                        "b",
                        "status",
                        "FAILED",
                        "retryOf",
                        "9b2f1c7e-7d0e-4c5c-8f0a-1f2e3d4c5b6a"),
                event("finished", "externalId", "c", "status", "FAILED", "parentExternalId", "unknown"),
                event("finished", "externalId", "d", "status", "FAILED", "parentId", "run-7", "retryOf", "run-6"));
        JsonNode payload = engine.data(
                        "mutation { finishExecution(input: {externalId: \"e\", status: FAILED, parentId: \"run-7\"}) { warnings } }")
                .at("/finishExecution/warnings");

        assertThat(Engine.messages(report.get("warnings")).get(0)).startsWith("parent ignored: ");
        assertThat(Engine.messages(report.get("warnings")).get(1)).startsWith("retryOf ignored: ");
        assertThat(Engine.messages(report.get("warnings")).get(2))
                .isEqualTo("parentExternalId ignored: it is not recorded yet, and the event has no workflow.");
        assertThat(Engine.messages(report.get("warnings")).get(3))
                .startsWith("parent ignored: Invalid `parentId`: 'run-7' (");
        assertThat(Engine.messages(report.get("warnings")).get(4))
                .startsWith("retryOf ignored: Invalid `retryOf`: 'run-6' (");
        assertThat(payload.get(0).asText()).startsWith("parent ignored: Invalid `parentId`: 'run-7' (");
        for (String id : new String[] {"a", "b", "c", "d", "e"}) {
            assertThat(engine.find(id, "status").toString()).isEqualTo("{\"status\":\"FAILED\"}");
        }
    }

    private void record(boolean inOneBody, String... lines) {
        if (inOneBody) {
            engine.record(lines);
        } else {
            for (String line : lines) {
                engine.record(line);
            }
        }
    }

    private static String started(String id) {
        return event("started", "externalId", id, "workflow", "w");
    }

    private static String finished(String id) {
        return finished(id, "parent");
    }

    private static String finished(String id, String parent) {
        return event(
                "finished",
                "externalId",
                id,
                "workflow",
                "w",
                "status",
                "FAILED",
                "parentExternalId",
                parent,
                "retryOfExternalId",
                "first");
    }
}
