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
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class GuardedPoolTest {
    private GuardedPool pool;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        pool = Database.pool(vertx, Configs.patient(test.url(), 1), 1, "guarded");
    }

    @AfterEach
    void close() {
        await(pool.close());
    }

    @Test
    void failsAfterTheMaximumWaitAndLosesNoConnection() {
        Promise<Void> held = Promise.promise();
        Promise<SqlConnection> lent = Promise.promise();
        Future<Void> first = pool.use(connection -> {
            lent.complete(connection);
            return held.future();
        });
        await(lent.future());

        Throwable refused = awaitFailure(pool.use(connection -> Future.succeededFuture()));
        held.complete();
        await(first);

        assertThat(refused).isInstanceOf(TimeoutException.class);
        RowSet<Row> answer =
                await(pool.use(connection -> connection.query("SELECT 1").execute()));
        assertThat(answer.size()).isEqualTo(1);
    }
}
