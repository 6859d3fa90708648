package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Workflows are deleted while others delete them, cancel that, or record executions. */
final class DeleteWorkflowRaceTest extends DeleteWorkflowTestCase {
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

    /** No cleanup starts until the connection is closed. */
    private Connection stopCleaners() throws SQLException {
        Connection connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(hashtext('runlog.cleanup'))");
        }
        return connection;
    }
}
