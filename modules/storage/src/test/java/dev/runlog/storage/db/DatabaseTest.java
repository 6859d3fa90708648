package dev.runlog.storage.db;

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
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class DatabaseTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Database database;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        DatabaseConfig config = Configs.small(test.url(), 2)
                .set("pool-reserve", 1)
                .set("pool-queue-max", 6)
                .set("statement-timeout", Duration.ofMillis(500))
                .set("answer-timeout", Duration.ofSeconds(2))
                .as(DatabaseConfig.class);
        database = Database.open(vertx, config, meters);
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void plansOnceForAllArguments() {
        assertThat(await(database.query("mode", "SHOW plan_cache_mode", Tuple.tuple()))
                        .iterator()
                        .next()
                        .getString(0))
                .isEqualTo("force_generic_plan");
    }

    @Test
    void timesEachOperation() {
        await(database.query("one", "SELECT 1", Tuple.tuple()));

        assertThat(meters.get("runlog.query").tag("operation", "one").timer().count())
                .isEqualTo(1);
    }

    @Test
    void cancelsAStatementThatTakesTooLong() {
        assertThat(codeOf(awaitFailure(database.query("slow", "SELECT pg_sleep(30)", Tuple.tuple()))))
                .isEqualTo(ErrorCode.OVERLOADED);
    }

    @Test
    void refusesReadsThatDoNotFitInTheQueue() {
        List<Future<?>> reads = IntStream.range(0, 12)
                .<Future<?>>mapToObj(i -> database.query("busy", "SELECT pg_sleep(0.2)", Tuple.tuple()))
                .toList();

        await(Future.join(reads).otherwiseEmpty());

        assertThat(reads).anyMatch(Future::succeeded);
        assertThat(reads).filteredOn(Future::failed).isNotEmpty().allSatisfy(failed -> assertThat(
                        codeOf(failed.cause()))
                .isEqualTo(ErrorCode.OVERLOADED));
    }

    @Test
    void servesOthersWhileAnOwnerUsesItsMaximumOfConnections() {
        List<Future<?>> eve = sleeps("eve", 4);

        await(database.query("ada", "short", "SELECT 1", Tuple.tuple()));

        assertThat(eve).noneMatch(Future::isComplete);
        await(Future.join(eve).otherwiseEmpty());
    }

    @Test
    void refusesOnlyTheOwnerThatFillsItsShareOfTheQueue() {
        List<Future<?>> eve = sleeps("eve", 6);

        Future<?> ada = database.query("ada", "short", "SELECT 1", Tuple.tuple());

        assertThat(eve).filteredOn(Future::failed).hasSize(1).allSatisfy(failed -> assertThat(failed.cause())
                .hasMessage("This owner has too many waiting reads."));
        await(ada);
        await(Future.join(eve).otherwiseEmpty());
    }

    @Test
    void failsWhileTheDatabaseIsUnavailableAndRecovers(TestDatabase test) throws SQLException {
        await(database.check());

        test.setReachable(false);
        assertThat(codeOf(awaitFailure(database.check()))).isEqualTo(ErrorCode.OVERLOADED);

        test.setReachable(true);
        assertThat(await(database.check())).matches("\\d+.*");
    }

    private List<Future<?>> sleeps(String owner, int statements) {
        return IntStream.range(0, statements)
                .<Future<?>>mapToObj(i -> database.query(owner, "sleep", "SELECT pg_sleep(30)", Tuple.tuple()))
                .toList();
    }

    private static ErrorCode codeOf(Throwable failure) {
        assertThat(failure).isInstanceOf(RunlogException.class);
        return ((RunlogException) failure).code();
    }
}
