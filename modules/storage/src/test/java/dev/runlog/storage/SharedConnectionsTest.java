package dev.runlog.storage;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class SharedConnectionsTest {
    private static final int CONNECTIONS = 2;
    private static final int STATEMENTS_EACH = 4;
    private static final String BACKEND = "SELECT pg_backend_pid() AS pid";
    private static final String SLOW_BACKEND = "SELECT pg_backend_pid() AS pid, pg_sleep(0.2)";

    private Database database;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        DatabaseConfig config = new DatabaseConfig(
                test.url(),
                1,
                CONNECTIONS,
                100,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(7),
                Duration.ZERO,
                STATEMENTS_EACH,
                16);
        database = Database.open(vertx, config, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void areAsManyAsConfiguredHoweverManyStatementsShareThem() {
        assertThat(await(backends(CONNECTIONS * STATEMENTS_EACH, SLOW_BACKEND))).hasSize(CONNECTIONS);
    }

    @Test
    void leaveWhatIsMoreToConnectionsOfItsOwn() {
        Future<Set<Integer>> full = backends(CONNECTIONS * STATEMENTS_EACH, SLOW_BACKEND);

        int own = await(backend(BACKEND));

        assertThat(full.isComplete()).isFalse();
        assertThat(await(full)).doesNotContain(own);
    }

    @Test
    void failAStatementAlone() {
        Future<Integer> before = backend(BACKEND);
        Future<Integer> failing = backend("SELECT 1 / (pg_backend_pid() - pg_backend_pid()) AS pid");
        Future<Set<Integer>> behind = backends(CONNECTIONS * STATEMENTS_EACH - 2, BACKEND);

        assertThat(awaitFailure(failing)).isInstanceOf(PgException.class).hasMessageContaining("division by zero");
        assertThat(await(behind)).hasSize(CONNECTIONS).contains(await(before));
    }

    @Test
    void areOpenedAgainWhereTheyWereLost() {
        Set<Integer> lost = await(backends(CONNECTIONS, BACKEND));
        Future<Integer> waiting = backend("SELECT pg_backend_pid() AS pid, pg_sleep(30)");

        for (int pid : lost) {
            await(database.query("terminate", "SELECT pg_terminate_backend($1, 5000)", Tuple.of(pid)));
        }

        assertThat(awaitFailure(waiting))
                .isInstanceOfSatisfying(RunlogException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.OVERLOADED));
        assertThat(await(backendsOnceReopened())).hasSize(CONNECTIONS).doesNotContainAnyElementsOf(lost);
    }

    /** What is sent before the loss is noticed fails with it; its sender asks again. */
    private Future<Set<Integer>> backendsOnceReopened() {
        return backends(CONNECTIONS * STATEMENTS_EACH, SLOW_BACKEND).recover(lost -> backendsOnceReopened());
    }

    private Future<Integer> backend(String sql) {
        return database.queryShort("backend", sql, Tuple.tuple())
                .map(rows -> rows.iterator().next().getInteger("pid"));
    }

    /** The processes of the database that answer so many statements at once. */
    private Future<Set<Integer>> backends(int statements, String sql) {
        List<Future<Integer>> pids =
                Stream.generate(() -> backend(sql)).limit(statements).toList();
        return Future.all(pids).map(all -> pids.stream().map(Future::result).collect(Collectors.toSet()));
    }
}
