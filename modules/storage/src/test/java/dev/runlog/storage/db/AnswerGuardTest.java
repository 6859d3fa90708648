package dev.runlog.storage.db;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.Relay;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class AnswerGuardTest {
    private static final Duration SILENCE_MAX = Duration.ofMillis(1500);

    private Relay relay;
    private Database database;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        relay = Relay.to(vertx, test.url());
        DatabaseConfig config =
                Configs.small(relay.url(), 2).set("answer-timeout", SILENCE_MAX).as(DatabaseConfig.class);
        database = Database.open(vertx, config, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        relay.resume();
        await(database.close());
    }

    @Test
    void failsWhileTheServerDoesNotAnswerAndRecovers() {
        String before = await(database.check());
        await(database.queryShort("ada", "short", "SELECT 1", Tuple.tuple()));

        relay.pause();
        Throwable shared = awaitFailure(database.queryShort("ada", "short", "SELECT 1", Tuple.tuple()));
        Throwable statement = awaitFailure(database.check());
        Throwable handshake = awaitFailure(database.check());
        Throwable transaction = awaitFailure(database.inTransaction(
                "silent", connection -> connection.query("SELECT 1").execute()));
        relay.resume();

        assertThat(new Throwable[] {shared, statement, handshake, transaction})
                .allSatisfy(failure ->
                        assertThat(((RunlogException) failure).code()).isEqualTo(ErrorCode.OVERLOADED));
        assertThat(await(database.check())).isEqualTo(before);
        assertThat(await(database.queryShort("ada", "short", "SELECT 1", Tuple.tuple())))
                .hasSize(1);
    }

    @Test
    void failsIfTheServerStopsAnsweringInATransaction() {
        Throwable failure = awaitFailure(database.inTransaction("silent", connection -> connection
                .query("SELECT 1")
                .execute()
                .onSuccess(done -> relay.pause())
                .compose(done -> connection.query("SELECT 2").execute())));
        relay.resume();

        assertThat(((RunlogException) failure).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(await(database.check())).isNotBlank();
    }

    @Test
    void keepsIdleConnections(Vertx vertx, TestDatabase test) {
        Database other = Database.open(vertx, Configs.patient(test.url(), 1), new SimpleMeterRegistry());
        String before = backend();

        await(other.query("longer-than-the-timeout", "SELECT pg_sleep(2.5)", Tuple.tuple()));

        assertThat(backend()).isEqualTo(before);
        await(other.close());
    }

    @Test
    void waitsForALongTransactionOfShortStatements() {
        Future<?> longer = database.inTransaction("long", connection -> {
            Future<?> previous = Future.succeededFuture();
            for (int i = 0; i < 6; i++) {
                previous = previous.compose(
                        done -> connection.query("SELECT pg_sleep(0.35)").execute());
            }
            return previous;
        });

        await(longer);

        assertThat(longer.succeeded()).isTrue();
    }

    private String backend() {
        return await(database.query("backend", "SELECT pg_backend_pid()::text", Tuple.tuple()))
                .iterator()
                .next()
                .getString(0);
    }
}
