package dev.runlog.storage.db;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class StartupTest {
    private DatabaseConfig config;
    private GuardedPool pool;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        config = Configs.patient(test.url(), 1);
        pool = Database.pool(vertx, config, 1, "startup");
    }

    @AfterEach
    void close() {
        await(pool.close());
    }

    @Test
    void waitsForADatabaseThatIsSlowToAnswer(Vertx vertx) {
        Promise<Void> held = Promise.promise();
        Promise<SqlConnection> lent = Promise.promise();
        pool.use(connection -> {
            lent.complete(connection);
            return held.future();
        });
        await(lent.future());
        AtomicInteger attempts = new AtomicInteger();

        int answer = await(Startup.untilAvailable(vertx, config, () -> {
            if (attempts.incrementAndGet() == 2) {
                held.complete();
            }
            return pool.use(connection -> connection.query("SELECT 1").execute().map(rows -> rows.iterator()
                    .next()
                    .getInteger(0)));
        }));

        assertThat(answer).isEqualTo(1);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void failsAtOnceIfTheDatabaseRefusesTheStatement(Vertx vertx) {
        AtomicInteger attempts = new AtomicInteger();

        Throwable refused = awaitFailure(Startup.untilAvailable(vertx, config, () -> {
            attempts.incrementAndGet();
            return pool.use(connection -> connection.query("SELECT unknown").execute())
                    .compose(rows -> Future.succeededFuture());
        }));

        assertThat(refused).isInstanceOf(PgException.class);
        assertThat(attempts).hasValue(1);
    }
}
