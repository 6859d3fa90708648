package dev.runlog.storage.db;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class SharedConnectionTest {
    private static final int STATEMENTS_MAX = 4;
    private static final String READER = "ada";
    private static final String BACKEND = "SELECT pg_backend_pid() AS pid";
    private static final String SLOW_BACKEND = "SELECT pg_backend_pid() AS pid, pg_sleep(0.3)";

    private DatabaseConfig config;
    private Database database;
    private SharedConnection patient;
    private SharedConnection impatient;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        config = Configs.small(test.url(), 2)
                .set("pool-queue-max", 100)
                .set("pool-wait", Duration.ofSeconds(5))
                .set("pipelining", STATEMENTS_MAX)
                .as(DatabaseConfig.class);
        database = Database.open(vertx, config, new SimpleMeterRegistry());
        patient = shared(vertx, Duration.ofSeconds(30));
        impatient = shared(vertx, Duration.ofMillis(50));
    }

    @AfterEach
    void close() {
        await(Future.join(database.close(), patient.close(), impatient.close()));
    }

    @Test
    void runsAllStatementsInOneDatabaseProcess() {
        List<Future<Integer>> pids = Stream.generate(() -> backend(patient, BACKEND))
                .limit(STATEMENTS_MAX)
                .toList();
        await(Future.all(pids));

        assertThat(pids)
                .extracting(Future::result)
                .hasSize(STATEMENTS_MAX)
                .containsOnly(pids.get(0).result());
    }

    @Test
    void acceptsOnlyTheMaximumNumberOfStatements() {
        List<Future<Integer>> accepted = Stream.generate(() -> backend(patient, SLOW_BACKEND))
                .limit(STATEMENTS_MAX)
                .toList();

        assertThat(patient.query(READER, BACKEND, Tuple.tuple())).isNull();
        await(Future.all(accepted));
        await(backend(patient, BACKEND));
    }

    @Test
    void acceptsNothingWhileAStatementIsSlow() {
        Future<Integer> slow = backend(impatient, "SELECT pg_backend_pid() AS pid, pg_sleep(3)");
        await(database.query("longer-than-the-patience", "SELECT pg_sleep(0.2)", Tuple.tuple()));

        assertThat(impatient.query(READER, BACKEND, Tuple.tuple())).isNull();
        await(slow);
        assertThat(impatient.query("eve", BACKEND, Tuple.tuple())).isNotNull();
    }

    @Test
    void acceptsOnlyWhatItWillAnswerSoon(Vertx vertx) {
        SharedConnection shared = shared(vertx, Duration.ofMillis(200));
        for (int i = 0; i < 3; i++) {
            assertThat(shared.query("reader-" + i, SLOW_BACKEND, Tuple.tuple()))
                    .isNotNull()
                    .satisfies(rows -> await(rows));
        }

        assertThat(accepted(shared)).isLessThan(STATEMENTS_MAX);
        for (int i = 0; i < 50; i++) {
            await(backend(shared, BACKEND));
        }
        assertThat(accepted(shared)).isEqualTo(STATEMENTS_MAX);
        await(shared.close());
    }

    @Test
    void leavesOtherStatementsToSeparateConnections() {
        Future<RowSet<Row>> slow = database.queryShort(READER, "slow", SLOW_BACKEND, Tuple.tuple());
        List<Future<Integer>> others = Stream.generate(
                        () -> database.queryShort(READER, "more", SLOW_BACKEND, Tuple.tuple()))
                .limit(STATEMENTS_MAX)
                .map(rows -> rows.map(SharedConnectionTest::pid))
                .toList();

        await(Future.all(others));

        assertThat(others).extracting(Future::result).isNotEmpty().anyMatch(pid -> pid != pid(await(slow)));
    }

    @Test
    void excludesAReaderAfterASlowStatement() {
        await(requireNonNull(impatient.query("mallory", SLOW_BACKEND, Tuple.tuple())));

        assertThat(impatient.query("mallory", BACKEND, Tuple.tuple())).isNull();
        await(backend(impatient, BACKEND));
    }

    @Test
    void failsOnlyTheInvalidStatement() {
        Future<Integer> before = backend(patient, BACKEND);
        Future<Integer> failing = backend(patient, "SELECT 1 / (pg_backend_pid() - pg_backend_pid()) AS pid");
        Future<Integer> after = backend(patient, BACKEND);

        assertThat(awaitFailure(failing)).isInstanceOf(PgException.class).hasMessageContaining("division by zero");
        assertThat(await(after)).isEqualTo(await(before));
    }

    @Test
    void isReopenedAfterALoss() {
        int lost = await(backend(patient, BACKEND));
        Future<Integer> waiting = backend(patient, "SELECT pg_backend_pid() AS pid, pg_sleep(30)");

        await(database.query("terminate", "SELECT pg_terminate_backend($1, 5000)", Tuple.of(lost)));

        assertThat(WriteFailure.of(awaitFailure(waiting))).isEqualTo(WriteFailure.UNAVAILABLE);
        assertThat(await(backendOnceReopened())).isNotEqualTo(lost);
    }

    /** Retries, because statements sent before the loss is noticed fail. */
    private Future<Integer> backendOnceReopened() {
        return backend(patient, BACKEND).recover(lost -> backendOnceReopened());
    }

    /** Returns how many of the maximum number of statements are accepted at once. */
    private static int accepted(SharedConnection shared) {
        List<Future<?>> accepted = new ArrayList<>();
        for (int i = 0; i < STATEMENTS_MAX; i++) {
            Future<RowSet<Row>> rows = shared.query("eve", BACKEND, Tuple.tuple());
            if (rows != null) {
                accepted.add(rows);
            }
        }
        await(Future.all(accepted));
        return accepted.size();
    }

    private SharedConnection shared(Vertx vertx, Duration patience) {
        return new SharedConnection(Database.pool(vertx, config, 1, "shared"), STATEMENTS_MAX, patience);
    }

    private static Future<Integer> backend(SharedConnection shared, String sql) {
        return requireNonNull(shared.query(READER, sql, Tuple.tuple())).map(SharedConnectionTest::pid);
    }

    private static int pid(RowSet<Row> rows) {
        return rows.iterator().next().getInteger("pid");
    }
}
