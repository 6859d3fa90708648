package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code -Drunlog.test.rounds=N} runs it longer, {@code -Drunlog.test.seed=N} makes the same choices again. */
@ExtendWith(PostgresExtension.class)
final class RandomLoadTest {
    private static final int CLIENTS = 8;
    private static final int ROUNDS = Integer.getInteger("runlog.test.rounds", 25);

    private final long seed = Long.getLong("runlog.test.seed", new Random().nextLong());

    @BeforeEach
    void printSeed() {
        System.out.println("Seed " + seed);
    }

    @Test
    void countsExactlyWhileManyRecordRetryAndDelete(TestDatabase database) throws Exception {
        try (RunningServer server = RunningServer.start(database, "RETENTION_REQUESTS_PER_MINUTE", "100000")) {
            RandomLoad load = new RandomLoad(seed, 1);
            AtomicBoolean ended = new AtomicBoolean();

            Runnable clients = load.start(server, CLIENTS, ROUNDS);
            CompletableFuture<Integer> cleanups = CompletableFuture.supplyAsync(() -> cleanUp(server, ended));
            clients.run();
            ended.set(true);

            assertThat(cleanups.get()).as("seed %d, cleanups", seed).isPositive();
            assertThat(load.repeatUnanswered(server)).as("bodies refused").isZero();
            assertThat(wrong(database)).as("seed %d", seed).isEmpty();
            assertThat(load.repeatAccepted(server))
                    .as("seed %d, not known again", seed)
                    .isZero();
            assertThat(lost(load, database)).as("seed %d", seed).isEmpty();
            assertThat(wrong(database)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void losesNothingThatWasAnsweredWhenTheServerIsKilled(TestDatabase database) throws Exception {
        RandomLoad load = new RandomLoad(seed, CLIENTS * 4);
        RunningServer killed = RunningServer.startProcess(database.url());
        Runnable clients = load.start(killed, CLIENTS, Integer.MAX_VALUE);

        load.awaitBusy();
        killed.close();
        clients.run();

        try (RunningServer server = RunningServer.start(database)) {
            assertThat(lost(load, database)).as("seed %d", seed).isEmpty();
            assertThat(wrong(database)).as("seed %d", seed).isEmpty();
            assertThat(load.repeatUnanswered(server))
                    .as("bodies without an answer")
                    .isPositive();
            assertThat(load.repeatAccepted(server))
                    .as("seed %d, not known again", seed)
                    .isZero();
            assertThat(lost(load, database)).as("seed %d", seed).isEmpty();
            assertThat(wrong(database)).as("seed %d", seed).isEmpty();
        }
    }

    private static List<String> lost(RandomLoad load, TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            return load.lost(connection);
        }
    }

    private static List<String> wrong(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            return RandomLoad.wrong(connection);
        }
    }

    /** Deletes finished executions of the last owner in one cleanup after the other; returns the number of cleanups. */
    private int cleanUp(RunningServer server, AtomicBoolean ended) {
        Random random = new Random(seed);
        String token = server.token(RandomLoad.OWNERS.get(2), "executions:read", "executions:cleanup");
        int cleanups = 0;
        do {
            // Null for all of them.
            Object status = Arrays.asList(null, List.of("FAILED"), List.of("SUCCESS", "CANCELLED"))
                    .get(random.nextInt(3));
            JsonNode cleanup = server.data(
                            token,
                            "mutation($s: [ExecutionStatus!]) { cleanupExecutions(input: {olderThan: \"PT0S\", "
                                    + "statuses: $s}) { cleanup { id state } } }",
                            "s",
                            status)
                    .at("/cleanupExecutions/cleanup");
            String id = cleanup.get("id").asText();
            while (List.of("PENDING", "RUNNING").contains(cleanup.get("state").asText())) {
                cleanup = server.data(token, "query($id: ID!) { cleanup(id: $id) { state } }", "id", id)
                        .get("cleanup");
            }
            assertThat(cleanup.get("state").asText()).isEqualTo("COMPLETED");
            cleanups++;
        } while (!ended.get());
        return cleanups;
    }
}
