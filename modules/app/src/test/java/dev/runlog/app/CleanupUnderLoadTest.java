package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.StatusTotals;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class CleanupUnderLoadTest {
    private static final int WRITERS = 3;
    private static final int BATCH = 100;
    /** Executions of a writer: all that is recorded during the first cleanup is deleted by the second. */
    private static final int EXECUTIONS_MAX = 15_000;

    private static final String CLEAN =
            "mutation { cleanupExecutions(input: {olderThan: \"P30D\", allOwners: true}) { cleanup { id } } }";
    private static final String FOLLOW = "query($id: ID!) { cleanup(id: $id) { state deleted partitionsDropped } }";

    @Test
    void losesNothingThatIsRecordedIntoDaysWhileTheyAreDropped(TestDatabase database) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        AtomicBoolean enough = new AtomicBoolean();
        try (RunningServer server = RunningServer.start(
                database,
                "RETENTION_REQUESTS_PER_MINUTE",
                "10000",
                "RETENTION_REWRITE_ROWS_MIN",
                "1",
                "RETENTION_PAUSE_FACTOR",
                "0",
                "DATABASE_POOL_WAIT",
                "PT20S",
                "LOG_LEVEL",
                "warn")) {
            List<Future<Integer>> recorded = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String token = server.token("alice");
                recorded.add(writers.submit(recording(server, token, enough)));
            }
            String operator = server.token("operator", "ops");

            // On a busy machine two rounds over nothing end before the first writer is answered.
            RunningServer.awaitThat(() -> server.metric("runlog_recording_events_total") > 0);
            long deleted = 0;
            int dropped = 0;
            for (int round = 0; round < 2; round++) {
                JsonNode done = clean(server, operator);
                deleted += done.get("deleted").asLong();
                dropped += done.get("partitionsDropped").asInt();
            }
            enough.set(true);
            long answered = 0;
            for (Future<Integer> writer : recorded) {
                answered += writer.get();
            }

            String present = database.get("SELECT count(*) FROM execution");
            assertThat(dropped).isPositive();
            assertThat(deleted).isPositive();
            assertThat(database.get(
                            "SELECT sum(running + success + failed + cancelled + crashed) FROM execution_daily"))
                    .isEqualTo(Long.toString(answered));
            assertThat(Long.toString(answered - deleted)).isEqualTo(present);
            for (String rollups : List.of("execution_rollup", "execution_total")) {
                assertThat(StatusTotals.ofRollups(database, rollups)).isEqualTo(StatusTotals.ofRows(database));
            }
            assertThat(database.count("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                    .isZero();
            assertThat(database.count("SELECT count(*) FROM step s "
                            + "WHERE NOT EXISTS (SELECT FROM execution e WHERE e.id = s.execution_id)"))
                    .isZero();
            assertThat(database.count("SELECT count(*) FROM pg_class WHERE relname ~ '_(next|gone)$'"))
                    .isZero();
        } finally {
            enough.set(true);
            writers.shutdownNow();
        }
    }

    private static JsonNode clean(RunningServer server, String operator) {
        String id =
                server.data(operator, CLEAN).at("/cleanupExecutions/cleanup/id").asText();
        JsonNode cleanup = server.data(operator, FOLLOW, "id", id).get("cleanup");
        while (List.of("PENDING", "RUNNING").contains(cleanup.get("state").asText())) {
            cleanup = server.data(operator, FOLLOW, "id", id).get("cleanup");
        }
        assertThat(cleanup.get("state").asText()).isEqualTo("COMPLETED");
        return cleanup;
    }

    /** Records runs of some old days, whole ones and ones that finish later; returns how many executions were answered. */
    private static Callable<Integer> recording(RunningServer server, String token, AtomicBoolean enough) {
        return () -> {
            int executions = 0;
            List<UUID> running = List.of();
            while (!enough.get() && executions < EXECUTIONS_MAX) {
                StringBuilder body = new StringBuilder();
                running.forEach(
                        id -> body.append("{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\"}\n"));
                List<UUID> started = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    // Something always runs on the last of the days, so that it is rewritten and not dropped.
                    int day = i % 3;
                    UUID id = Ids.at(Instant.now().minus(Duration.ofDays(40 + day)));
                    if (day == 2 && i % 4 == 0) {
                        started.add(id);
                        body.append("{\"event\":\"started\",\"workflow\":\"old\",\"id\":\"" + id + "\"}\n");
                    } else {
                        body.append("{\"event\":\"execution\",\"workflow\":\"old\",\"id\":\"" + id
                                + "\",\"status\":\"SUCCESS\"}\n");
                    }
                }
                JsonNode answer = RunningServer.json(server.events(token, body.toString()));
                assertThat(answer.get("rejected")).isEmpty();
                assertThat(answer.get("recorded").asInt()).isEqualTo(BATCH + running.size());
                executions += BATCH;
                running = started;
            }
            return executions;
        };
    }
}
