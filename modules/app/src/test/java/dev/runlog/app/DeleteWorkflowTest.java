package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.StatusTotals;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Workflows are deleted with all their executions, by two servers that do not hear of each other. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeleteWorkflowTest {
    private static final String CLEANUP =
            "{ cleanup { id dryRun state deletesWorkflow workflowId owner matched deleted failure } }";

    private TestDatabase database;
    private RunningServer server;
    private RunningServer other;
    private String owner;
    private String token;
    private String workflowId;

    @BeforeAll
    void start(TestDatabase database) {
        this.database = database;
        server = RunningServer.start(database, "RETENTION_REQUESTS_PER_MINUTE", "10000");
        other = RunningServer.start(database, "RETENTION_REQUESTS_PER_MINUTE", "10000");
    }

    @AfterAll
    void stop() {
        server.close();
        other.close();
    }

    @BeforeEach
    void recordRuns() {
        owner = server.anOwner();
        token = server.token(owner, "executions:read", "executions:write", "executions:cleanup");
        record(
                server,
                run("import", 0, "SUCCESS"),
                run("import", 40, "FAILED"),
                run("import", 40, "CANCELLED"),
                run("export", 0, "SUCCESS"));
        workflowId = workflow("id");
    }

    @AfterEach
    void rowsAndRollupsAgree() throws SQLException {
        assertThat(database.get("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isEqualTo("0");
        for (String rollups : List.of("execution_rollup", "execution_total")) {
            assertThat(StatusTotals.ofRollups(database, rollups)).isEqualTo(StatusTotals.ofRows(database));
        }
        assertThat(database.count("SELECT count(*) FROM execution e JOIN workflow w ON w.id = e.workflow_id "
                        + "WHERE w.deleted_at IS NOT NULL"))
                .isZero();
    }

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
    void isAConflictWhileTheWorkflowIsBeingDeleted() throws SQLException {
        JsonNode first;
        try (Connection locks = stopCleaners()) {
            first = delete("workflowKey: \"import\"");

            assertThat(code("workflowKey: \"import\"")).isEqualTo("CONFLICT");
            assertThat(other.code(token, mutation("workflowId: \"" + workflowId + "\"")))
                    .isEqualTo("CONFLICT");
            assertThat(locks.isClosed()).isFalse();
        }
        assertThat(ended(first).get("state").asText()).isEqualTo("COMPLETED");
    }

    @Test
    void keepsAWorkflowIfItIsCancelledInTime() throws SQLException {
        JsonNode first;
        try (Connection locks = stopCleaners()) {
            first = delete("workflowKey: \"import\"");
            server.data(
                    token,
                    "mutation { cancelCleanup(input: {id: \"" + first.get("id").asText() + "\"}) { cleanup { id } } }");
            assertThat(locks.isClosed()).isFalse();
        }

        assertThat(ended(first).get("state").asText()).isEqualTo("CANCELLED");
        assertThat(ended(delete("workflowKey: \"export\"")).get("state").asText())
                .isEqualTo("COMPLETED");
        assertThat(workflow("id")).isEqualTo(workflowId);
        assertThat(storedExecutions()).isEqualTo(3);
    }

    /** A lock on one execution keeps the deletion from ending while others are recorded. */
    @Test
    void failsAndKeepsAWorkflowIfAnExecutionStartsMeanwhile() throws SQLException {
        setPolicy("workflowId: \"" + workflowId + "\", keepFor: \"P100D\"");
        UUID started = Ids.next();
        UUID complete = Ids.next();
        JsonNode cleanup;
        try (Connection lock = database.connect();
                Statement statement = lock.createStatement()) {
            lock.setAutoCommit(false);
            statement.execute("SELECT FROM execution WHERE workflow_id = '" + workflowId + "' FOR UPDATE");
            cleanup = delete("workflowKey: \"import\"");
            database.awaitRows("SELECT FROM cleanup WHERE state = 2 AND id = '" + id(cleanup) + "'");
            record(
                    server,
                    "{\"event\":\"started\",\"workflow\":\"import\",\"id\":\"" + started + "\"}",
                    "{\"event\":\"execution\",\"workflow\":\"import\",\"id\":\"" + complete
                            + "\",\"status\":\"SUCCESS\"}");
            lock.rollback();
        }

        JsonNode ended = ended(cleanup);

        assertThat(ended.get("state").asText()).isEqualTo("FAILED");
        assertThat(ended.get("failure").asText())
                .contains("2 of its executions are left", "1 running, 0 queued, 0 held");
        assertThat(ended.get("deleted").asInt()).isEqualTo(3);
        assertThat(workflow("id")).isEqualTo(workflowId);
        assertThat(texts(
                        server.data(token, "{ executions(workflowId: \"" + workflowId + "\") { nodes { id } } }")
                                .at("/executions/nodes"),
                        "/id"))
                .containsExactlyInAnyOrder(started.toString(), complete.toString());
        assertThat(database.count("SELECT count(*) FROM retention_policy WHERE workflow_id = '" + workflowId + "'"))
                .isEqualTo(1);
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

    @Test
    void showsAWorkflowAgainIfAServerThatDoesNotKnowRecordsIntoIt() {
        record(other, run("import", 0, "SUCCESS"));
        ended(delete("workflowKey: \"import\""));

        record(other, run("import", 0, "FAILED"));

        for (RunningServer each : List.of(server, other)) {
            JsonNode revived =
                    each.data(token, "{ workflowByKey(key: \"import\") { id executions { nodes { status } } } }");
            assertThat(revived.at("/workflowByKey/id").asText()).isEqualTo(workflowId);
            assertThat(texts(revived.at("/workflowByKey/executions/nodes"), "/status"))
                    .containsExactly("FAILED");
        }
    }

    /** Each deletion ends at a different point of the recording. */
    @Test
    void neverHidesAnExecutionThatIsRecordedAtTheSameTime() throws Exception {
        ExecutorService recorders = Executors.newFixedThreadPool(2);
        AtomicBoolean over = new AtomicBoolean();
        try {
            List<Future<?>> recording = List.of(
                    recorders.submit(() -> recordUntil(over, server)),
                    recorders.submit(() -> recordUntil(over, other)));
            int ended = 0;
            for (int i = 0; i < 15; i++) {
                JsonNode answer = server.graphql(token, mutation("workflowKey: \"import\""));
                JsonNode cleanup = answer.at("/data/deleteWorkflow/cleanup");
                if (cleanup.isObject()) {
                    assertThat(ended(cleanup).get("state").asText()).isIn("COMPLETED", "FAILED");
                    ended++;
                } else {
                    assertThat(answer.at("/errors/0/extensions/code").asText()).isIn("NOT_FOUND", "CONFLICT");
                }
            }
            over.set(true);
            for (Future<?> each : recording) {
                each.get(30, TimeUnit.SECONDS);
            }
            assertThat(ended).isPositive();
        } finally {
            recorders.shutdownNow();
        }
        record(other, run("import", 0, "SUCCESS"));
        assertThat(workflow("id")).isEqualTo(workflowId);
        assertThat(server.data(token, "{ executions(workflowId: \"" + workflowId + "\") { totalCount } }")
                        .at("/executions/totalCount")
                        .asLong())
                .isEqualTo(storedExecutions());
    }

    private void recordUntil(AtomicBoolean over, RunningServer at) {
        while (!over.get()) {
            // Without the step, whose execution may be deleted before it comes.
            record(at, run("import", 0, "SUCCESS").split("\n", 2)[0]);
        }
    }

    /** An execution that ran some days ago, with a step. */
    private static String run(String workflow, int daysAgo, String status) {
        UUID id = Ids.at(Instant.now().minus(Duration.ofDays(daysAgo)));
        return "{\"event\":\"execution\",\"workflow\":\"" + workflow + "\",\"id\":\"" + id + "\",\"status\":\"" + status
                + "\"}\n{\"event\":\"steps\",\"id\":\"" + id
                + "\",\"steps\":[{\"index\":0,\"name\":\"s\",\"status\":\"SUCCESS\"}]}";
    }

    private void record(RunningServer at, String... lines) {
        String body = String.join("\n", lines) + "\n";
        JsonNode report = json(at.events(token, body));
        assertThat(report.get("recorded").asInt()).as(report.toString()).isEqualTo(body.split("\n").length);
    }

    private void setPolicy(String input) {
        server.data(token, "mutation { setRetentionPolicy(input: {" + input + "}) { retentionPolicy { id } } }");
    }

    private String workflow(String field) {
        return server.data(token, "{ workflowByKey(key: \"import\") { " + field + " } }")
                .at("/workflowByKey/" + field)
                .asText();
    }

    private long storedExecutions() throws SQLException {
        return database.count("SELECT count(*) FROM execution WHERE workflow_id = '" + workflowId + "'");
    }

    private static String mutation(String input) {
        return "mutation { deleteWorkflow(input: {" + input + "}) " + CLEANUP + " }";
    }

    private JsonNode delete(String input) {
        return delete(server, token, input);
    }

    private static JsonNode delete(RunningServer at, String token, String input) {
        return at.data(token, mutation(input)).at("/deleteWorkflow/cleanup");
    }

    private String code(String input) {
        return server.code(token, mutation(input));
    }

    private static String id(JsonNode cleanup) {
        return cleanup.get("id").asText();
    }

    /** No cleanup starts until the connection is closed. */
    private Connection stopCleaners() throws SQLException {
        Connection connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(hashtext('runlog.cleanup'))");
        }
        return connection;
    }

    private JsonNode ended(JsonNode cleanup) {
        return ended(server, cleanup);
    }

    private JsonNode ended(RunningServer at, JsonNode cleanup) {
        return ended(at, token, cleanup);
    }

    private JsonNode ended(RunningServer at, String by, JsonNode cleanup) {
        try {
            database.awaitRows("SELECT FROM cleanup WHERE state > 2 AND id = '" + id(cleanup) + "'");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return at.data(
                        by,
                        "{ cleanup(id: \"" + id(cleanup)
                                + "\") { id state deletesWorkflow workflowId deleted failure } }")
                .get("cleanup");
    }
}
