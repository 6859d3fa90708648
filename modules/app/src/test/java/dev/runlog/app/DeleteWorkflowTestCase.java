package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.StatusTotals;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two servers that do not hear of each other, and for each test an owner with executions of two workflows. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DeleteWorkflowTestCase {
    private static final String CLEANUP =
            "{ cleanup { id dryRun state deletesWorkflow workflowId owner matched deleted failure } }";

    TestDatabase database;
    RunningServer server;
    RunningServer other;
    String owner;
    String token;
    String workflowId;

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

    /** An execution that ran some days ago, with a step. */
    static String run(String workflow, int daysAgo, String status) {
        UUID id = Ids.at(Instant.now().minus(Duration.ofDays(daysAgo)));
        return "{\"event\":\"execution\",\"workflow\":\"" + workflow + "\",\"id\":\"" + id + "\",\"status\":\"" + status
                + "\"}\n{\"event\":\"steps\",\"id\":\"" + id
                + "\",\"steps\":[{\"index\":0,\"name\":\"s\",\"status\":\"SUCCESS\"}]}";
    }

    void record(RunningServer at, String... lines) {
        String body = String.join("\n", lines) + "\n";
        JsonNode report = json(at.events(token, body));
        assertThat(report.get("recorded").asInt()).as(report.toString()).isEqualTo(body.split("\n").length);
    }

    void setPolicy(String input) {
        server.data(token, "mutation { setRetentionPolicy(input: {" + input + "}) { retentionPolicy { id } } }");
    }

    String workflow(String field) {
        return server.data(token, "{ workflowByKey(key: \"import\") { " + field + " } }")
                .at("/workflowByKey/" + field)
                .asText();
    }

    long storedExecutions() throws SQLException {
        return database.count("SELECT count(*) FROM execution WHERE workflow_id = '" + workflowId + "'");
    }

    static String mutation(String input) {
        return "mutation { deleteWorkflow(input: {" + input + "}) " + CLEANUP + " }";
    }

    JsonNode delete(String input) {
        return delete(server, token, input);
    }

    static JsonNode delete(RunningServer at, String token, String input) {
        return at.data(token, mutation(input)).at("/deleteWorkflow/cleanup");
    }

    String code(String input) {
        return server.code(token, mutation(input));
    }

    static String id(JsonNode cleanup) {
        return cleanup.get("id").asText();
    }

    JsonNode ended(JsonNode cleanup) {
        return ended(server, cleanup);
    }

    JsonNode ended(RunningServer at, JsonNode cleanup) {
        return ended(at, token, cleanup);
    }

    JsonNode ended(RunningServer at, String by, JsonNode cleanup) {
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
