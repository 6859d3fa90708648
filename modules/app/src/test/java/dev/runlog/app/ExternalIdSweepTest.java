package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** External IDs whose executions were cleaned up are deleted later. */
@ServerTest({"RECORDING_EXTERNAL_ID_SWEEP_INTERVAL=PT0.1S", "RECORDING_EXTERNAL_ID_SWEEP_PAGES=1"})
final class ExternalIdSweepTest {
    private final RunningServer server;

    ExternalIdSweepTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void deletesExternalIdsAfterACleanup(TestDatabase database) throws SQLException {
        Engine engine = new Engine(server, "alice");
        String[] ended = new String[2000];
        for (int i = 0; i < ended.length; i++) {
            ended[i] = event("execution", "externalId", "ended-" + i, "workflow", "w", "status", "SUCCESS");
        }
        engine.record(ended);
        engine.record(event("started", "externalId", "running", "parentExternalId", "reserved", "workflow", "w"));

        engine.cleanUp();

        database.awaitRows("SELECT FROM external_execution HAVING count(*) = 2");
        assertThat(database.list("SELECT reserved FROM external_execution ORDER BY 1"))
                .containsExactly("f", "t");
        database.awaitRows("SELECT FROM external_sweep WHERE next_page IS NULL AND started_at > '-infinity'");
        assertThat(engine.find("running", "status").get("status").asText()).isEqualTo("RUNNING");
        assertThat(engine.record(ended[7]).get("recorded").asInt()).isEqualTo(1);
    }
}
