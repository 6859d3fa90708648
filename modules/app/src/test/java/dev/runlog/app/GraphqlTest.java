package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.model.Ids;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Reading and writing single executions. */
@ServerTest
final class GraphqlTest {
    private static final String START = "mutation($input: StartExecutionInput!) { startExecution(input: $input) "
            + "{ execution { id status startedAt workflow { id key } } } }";
    private static final String FINISH = "mutation($input: FinishExecutionInput!) { finishExecution(input: $input) "
            + "{ execution { id status durationMillis error { message type stackTrace details fingerprint } } } }";

    private final RunningServer server;

    GraphqlTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void returnsWhatAnEngineRecordedForARun() {
        String alice = server.token(server.anOwner());
        JsonNode started = server.data(
                        alice,
                        START,
                        "input",
                        Map.of("workflowKey", "nightly", "labels", Map.of("env", "prod"), "payload", Map.of("n", 1)))
                .at("/startExecution/execution");
        String id = started.get("id").asText();
        server.data(
                alice,
                "mutation($id: ID!) { recordSteps(input: {executionId: $id, steps: [{index: 0, name: \"load\", "
                        + "status: SUCCESS, startedAt: \"2026-11-24T00:00:00Z\", finishedAt: \"2026-11-24T00:00:02Z\", "
                        + "output: {rows: 1.50}}]}) { execution { id } } heartbeat(input: {executionId: $id}) "
                        + "{ execution { id } } }",
                "id",
                id);
        JsonNode finished = server.data(
                        alice,
                        FINISH,
                        "input",
                        Map.of(
                                "executionId",
                                id,
                                "status",
                                "FAILED",
                                "result",
                                List.of(1, "two"),
                                "error",
                                Map.of(
                                        "message",
                                        "boom",
                                        "type",
                                        "Oops",
                                        "stackTrace",
                                        "at x",
                                        "details",
                                        Map.of("code", 7))))
                .at("/finishExecution/execution");

        JsonNode read = server.data(
                        alice,
                        "query($id: ID!) { execution(id: $id) { status trigger attempt labels payload result finishedAt "
                                + "duration error { message type stackTrace details fingerprint } steps { totalCount nodes "
                                + "{ index name status output durationMillis } } workflow { key executions { totalCount } } } }",
                        "id",
                        id)
                .get("execution");

        assertThat(started.at("/workflow/key").asText()).isEqualTo("nightly");
        assertThat(finished.at("/error/details/code").asInt()).isEqualTo(7);
        assertThat(read.at("/status").asText()).isEqualTo("FAILED");
        assertThat(read.at("/labels/env").asText()).isEqualTo("prod");
        assertThat(read.at("/payload").toString()).isEqualTo("{\"n\":1}");
        assertThat(read.at("/result").toString()).isEqualTo("[1,\"two\"]");
        assertThat(read.at("/error/stackTrace").asText()).isEqualTo("at x");
        assertThat(read.at("/steps/nodes/0/output").toString()).isEqualTo("{\"rows\":1.5}");
        assertThat(read.at("/steps/nodes/0/durationMillis").asInt()).isEqualTo(2000);
        assertThat(read.at("/workflow/executions/totalCount").asInt()).isEqualTo(1);
    }

    @Test
    void findsTheTypeOfEveryNode() {
        String token = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        JsonNode execution = server.data(token, START, "input", Map.of("workflowKey", "nodes"))
                .at("/startExecution/execution");
        JsonNode made = server.data(
                token,
                "mutation { cleanupExecutions(input: {olderThan: \"P1D\"}) { cleanup { id } } "
                        + "setRetentionPolicy(input: {keepFor: \"P30D\"}) { retentionPolicy { id } } }");

        JsonNode nodes = server.data(
                        token,
                        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
                        "ids",
                        List.of(
                                made.at("/setRetentionPolicy/retentionPolicy/id")
                                        .asText(),
                                execution.at("/id").asText(),
                                Ids.next().toString(),
                                execution.at("/workflow/id").asText(),
                                made.at("/cleanupExecutions/cleanup/id").asText()))
                .get("nodes");

        assertThat(texts(nodes, "/__typename"))
                .containsExactly("RetentionPolicy", "Execution", "", "Workflow", "Cleanup");
    }

    /** The selection decides which columns are read, and does not change their values. */
    @Test
    void returnsTheSameExecutionForAnySelection() {
        String token = server.token(server.anOwner());
        SampleRuns.record(server, token, 12, "outlined");
        String few = "id status startedAt finishedAt duration durationMillis workflow { name } "
                + "error { type message fingerprint }";
        for (String arguments :
                List.of("first: 20", "first: 20, status: [FAILED]", "last: 5", "first: 5, orderBy: DURATION_DESC")) {
            String outline = "{ executions(" + arguments + ") { totalCount nodes { " + few + " } } }";
            String inFragments = "{ executions(" + arguments + ") { ...page } } fragment page on ExecutionConnection "
                    + "{ totalCount nodes { ... on Execution { " + few + " } } }";
            String all = "{ executions(" + arguments + ") { totalCount nodes { " + few + " trigger attempt held } } }";

            JsonNode expected = server.data(token, all);
            expected.at("/executions/nodes").forEach(node -> {
                assertThat(node.get("trigger").isTextual()).as(arguments).isTrue();
                ((ObjectNode) node).remove(List.of("trigger", "attempt", "held"));
            });

            assertThat(expected.at("/executions/nodes")).isNotEmpty();
            assertThat(server.data(token, outline)).as(arguments).isEqualTo(expected);
            assertThat(server.data(token, inFragments)).as(arguments).isEqualTo(expected);
        }
    }

    @Test
    void returnsJsonUnchanged() {
        String token = server.token(server.anOwner());
        String id = Ids.next().toString();
        String payload = "{\"big\":12345678901234567890.10,\"nul\":\"a\\u0000b\",\"list\":[1.0,1e3],\"text\":\"é😀\"}";
        server.events(
                token,
                "{\"event\":\"started\",\"workflow\":\"raw\",\"id\":\"" + id + "\",\"payload\":" + payload + "}");

        String body = server.send(server.request("/graphql", token)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"query\":\"{ execution(id: \\\"" + id + "\\\") { payload } }\"}")))
                .body();

        assertThat(body).contains("12345678901234567890.10", "a\\u0000b", "1.0", "é😀");
    }

    @Test
    void returnsTheHoldReasonUntilTheRelease() {
        String alice = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        List<String> ids = SampleRuns.record(server, alice, 3, "held");
        String hold = "mutation($id: ID!, $reason: String) { holdExecution(input: {executionId: $id, reason: $reason}) "
                + "{ execution { held holdReason } } }";
        String release = "mutation($id: ID!) { releaseExecution(input: {executionId: $id}) "
                + "{ execution { held holdReason } } }";
        String reasons = "{ executions(orderBy: STARTED_AT_ASC) { nodes { holdReason } } }";

        JsonNode held = server.data(alice, hold, "id", ids.get(0), "reason", "audit");
        server.data(alice, hold, "id", ids.get(1));
        List<String> shown = texts(server.data(alice, reasons).at("/executions/nodes"), "/holdReason");
        JsonNode released = server.data(alice, release, "id", ids.get(0));

        assertThat(held.at("/holdExecution/execution/holdReason").asText()).isEqualTo("audit");
        assertThat(shown).containsExactly("audit", "null", "null");
        assertThat(released.at("/releaseExecution/execution").toString())
                .isEqualTo("{\"held\":false,\"holdReason\":null}");
        assertThat(texts(server.data(alice, reasons).at("/executions/nodes"), "/holdReason"))
                .containsOnly("null");
    }

    @Test
    void readsNoHoldReasonsIfNothingIsHeld() {
        String alice = server.token(server.anOwner());
        SampleRuns.record(server, alice, 5, "not-held");
        String without = "{ executions { nodes { held } } }";
        String with = "{ executions { nodes { held holdReason } } }";

        assertThat(server.statementsOf(() -> server.data(alice, with)))
                .isEqualTo(server.statementsOf(() -> server.data(alice, without)));
    }
}
