package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Workflows are deleted with all their executions, and start afresh. */
final class DeleteWorkflowTest extends DeleteWorkflowTestCase {
    @Test
    void deletesAWorkflowWithAllItsExecutionsAndPolicies() throws SQLException {
        setPolicy("workflowId: \"" + workflowId + "\", keepFor: \"P100D\"");
        setPolicy("keepFor: \"P90D\"");

        JsonNode cleanup = ended(delete("workflowKey: \"import\""));

        assertThat(cleanup.get("state").asText()).isEqualTo("COMPLETED");
        assertThat(cleanup.get("deletesWorkflow").asBoolean()).isTrue();
        assertThat(cleanup.get("workflowId").asText()).isEqualTo(workflowId);
        assertThat(cleanup.get("deleted").asInt()).isEqualTo(3);
        assertThat(storedExecutions()).isZero();
        assertThat(database.count("SELECT count(*) FROM step s WHERE NOT EXISTS (SELECT FROM execution e "
                        + "WHERE e.id = s.execution_id)"))
                .isZero();
        JsonNode policies = server.data(token, "{ retentionPolicies(first: 10) { nodes { workflowId keepFor } } }");
        assertThat(texts(policies.at("/retentionPolicies/nodes"), "/workflowId"))
                .containsExactly("null");
    }

    @Test
    void hidesADeletedWorkflow() {
        ended(delete("workflowId: \"" + workflowId + "\""));

        JsonNode data = server.data(
                token,
                "{ workflow(id: \"" + workflowId + "\") { id } workflowByKey(key: \"import\") { id } "
                        + "node(id: \"" + workflowId + "\") { id } workflows { totalCount nodes { key } } "
                        + "executions(workflowId: \"" + workflowId + "\") { totalCount } "
                        + "of: statistics(workflowId: \"" + workflowId
                        + "\", interval: DAY) { recorded { total } byWorkflow { workflow { key } } intervals { recorded { total } } } "
                        + "all: statistics { stored { total } recorded { total } byWorkflow { workflow { key } } } "
                        + "cleanups(first: 1) { nodes { workflowId workflow { id } } } }");
        assertThat(data.get("workflow").isNull()).isTrue();
        assertThat(data.get("workflowByKey").isNull()).isTrue();
        assertThat(data.get("node").isNull()).isTrue();
        assertThat(data.at("/workflows/totalCount").asInt()).isEqualTo(1);
        assertThat(texts(data.at("/workflows/nodes"), "/key")).containsExactly("export");
        assertThat(data.at("/executions/totalCount").asInt()).isZero();
        assertThat(data.at("/of/recorded/total").asInt()).isZero();
        assertThat(data.at("/of/intervals")).isEmpty();
        assertThat(data.at("/all/stored/total").asInt()).isEqualTo(1);
        assertThat(data.at("/all/recorded/total").asInt()).isEqualTo(4);
        assertThat(texts(data.at("/all/byWorkflow"), "/workflow/key")).containsExactly("export");
        assertThat(data.at("/cleanups/nodes/0/workflow").isNull()).isTrue();
        assertThat(data.at("/cleanups/nodes/0/workflowId").asText()).isEqualTo(workflowId);
        assertThat(texts(json(server.get("/workflows", token)), "/key")).containsExactly("export");
        assertThat(server.get("/workflows/import", token).statusCode()).isEqualTo(404);
        assertThat(server.get("/workflows/" + workflowId + "/logs", token).statusCode())
                .isEqualTo(404);
    }

    @Test
    void deletesAWorkflowWithoutExecutions() {
        server.data(token, "mutation { upsertWorkflow(input: {key: \"empty\"}) { workflow { id } } }");

        assertThat(ended(delete("workflowKey: \"empty\"")).get("state").asText())
                .isEqualTo("COMPLETED");
        assertThat(code("workflowKey: \"empty\"")).isEqualTo("NOT_FOUND");
    }

    @Test
    void startsAfreshIfTheKeyIsRecordedAgain() {
        record(
                server,
                "{\"event\":\"execution\",\"workflow\":\"import\",\"workflowName\":\"Old\",\"id\":\"" + Ids.next()
                        + "\",\"status\":\"SUCCESS\"}");
        Instant createdAt = Instant.parse(workflow("createdAt"));
        ended(delete("workflowKey: \"import\""));

        record(server, run("import", 0, "SUCCESS"));

        JsonNode revived = server.data(
                token,
                "{ workflowByKey(key: \"import\") { id name createdAt executions { totalCount nodes { status } } } "
                        + "statistics(workflowId: \"" + workflowId + "\") { recorded { total } } }");
        assertThat(revived.at("/workflowByKey/id").asText()).isEqualTo(workflowId);
        assertThat(revived.at("/workflowByKey/name").asText()).isEqualTo("import");
        assertThat(Instant.parse(revived.at("/workflowByKey/createdAt").asText()))
                .isAfter(createdAt);
        assertThat(revived.at("/workflowByKey/executions/totalCount").asInt()).isEqualTo(1);
        assertThat(revived.at("/statistics/recorded/total").asInt()).isEqualTo(1);
        assertThat(ended(delete("workflowKey: \"import\"")).get("deleted").asInt())
                .isEqualTo(1);
    }

    @Test
    void namesAWorkflowThatIsRecordedAgain() {
        ended(delete("workflowKey: \"import\""));

        server.data(
                token, "mutation { upsertWorkflow(input: {key: \"import\", name: \"Again\"}) { workflow { id } } }");

        assertThat(List.of(workflow("id"), workflow("name"))).containsExactly(workflowId, "Again");
    }

    @Test
    void makesRoomForOtherWorkflows() {
        try (RunningServer small = RunningServer.start(database, "RECORDING_WORKFLOWS_MAX", "2")) {
            assertThat(json(small.events(token, run("third", 0, "SUCCESS")))
                            .at("/rejected/0/code")
                            .asText())
                    .isEqualTo("BAD_INPUT");
            ended(small, delete(small, token, "workflowKey: \"import\""));

            record(small, run("third", 0, "SUCCESS"));
            assertThat(json(small.events(token, run("import", 0, "SUCCESS")))
                            .at("/rejected/0/code")
                            .asText())
                    .isEqualTo("BAD_INPUT");
        }
    }

    @Test
    void isAConflictWhileAnExecutionIsRunningQueuedOrHeld() {
        record(
                server,
                "{\"event\":\"queued\",\"workflow\":\"import\"}",
                "{\"event\":\"started\",\"workflow\":\"import\"}",
                "{\"event\":\"started\",\"workflow\":\"import\"}");
        String held = server.data(
                        token, "{ executions(workflowId: \"" + workflowId + "\", status: [FAILED]) { nodes { id } } }")
                .at("/executions/nodes/0/id")
                .asText();
        server.data(token, "mutation { holdExecution(input: {executionId: \"" + held + "\"}) { execution { id } } }");

        JsonNode answer = server.graphql(token, mutation("workflowKey: \"import\""));

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("CONFLICT");
        assertThat(answer.at("/errors/0/message").asText()).contains("'import'", "2 running", "1 queued", "1 held");
        assertThat(answer.at("/data/deleteWorkflow").isNull()).isTrue();
        assertThat(code("workflowKey: \"import\", dryRun: true")).isEqualTo("CONFLICT");
        assertThat(ended(delete("workflowKey: \"export\"")).get("state").asText())
                .isEqualTo("COMPLETED");
    }

    @Test
    void reportsWhatItWouldDelete() {
        JsonNode report = delete("workflowKey: \"import\", dryRun: true");

        assertThat(report.get("dryRun").asBoolean()).isTrue();
        assertThat(report.get("matched").asInt()).isEqualTo(3);
        assertThat(workflow("id")).isEqualTo(workflowId);
    }

    @Test
    void isOnlyForTheOwnerAndOperators() {
        String mallory = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        String operator = server.token(server.anOwner(), "ops");
        String ofOwner = ", owner: \"" + owner + "\"";

        assertThat(server.code(server.token(owner), mutation("workflowKey: \"import\"")))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(mallory, mutation("workflowId: \"" + workflowId + "\"")))
                .isEqualTo("NOT_FOUND");
        assertThat(server.code(mallory, mutation("workflowKey: \"import\""))).isEqualTo("NOT_FOUND");
        assertThat(server.code(mallory, mutation("workflowKey: \"import\"" + ofOwner)))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(operator, mutation("workflowId: \"" + workflowId + "\"")))
                .isEqualTo("NOT_FOUND");
        assertThat(ended(server, operator, delete(server, operator, "workflowKey: \"import\"" + ofOwner))
                        .get("state")
                        .asText())
                .isEqualTo("COMPLETED");
        assertThat(code("workflowKey: \"import\"")).isEqualTo("NOT_FOUND");
    }

    @Test
    void requiresOneReferenceToTheWorkflow() {
        assertThat(code("owner: \"" + owner + "\"")).isEqualTo("BAD_INPUT");
        assertThat(code("workflowKey: \"import\", workflowId: \"" + workflowId + "\""))
                .isEqualTo("BAD_INPUT");
        assertThat(code("workflowKey: \"a\\u0000b\"")).isEqualTo("BAD_INPUT");
        assertThat(code("workflowId: \"7\"")).isEqualTo("BAD_INPUT");
    }

    @Test
    void failsIfAnExecutionIsAChildOfARunningOne() {
        UUID parent = Ids.next();
        record(
                server,
                "{\"event\":\"started\",\"workflow\":\"export\",\"id\":\"" + parent + "\"}",
                "{\"event\":\"execution\",\"workflow\":\"import\",\"id\":\"" + Ids.next() + "\",\"parentId\":\""
                        + parent + "\",\"status\":\"SUCCESS\"}");

        JsonNode ended = ended(delete("workflowKey: \"import\""));

        assertThat(ended.get("state").asText()).isEqualTo("FAILED");
        assertThat(ended.get("failure").asText()).contains("1 of its executions are left", "children");
        assertThat(ended.get("deleted").asInt()).isEqualTo(3);
    }
}
