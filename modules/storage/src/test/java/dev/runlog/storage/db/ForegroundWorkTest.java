package dev.runlog.storage.db;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class ForegroundWorkTest {
    private static final Duration RECENTLY = Duration.ofMinutes(1);

    private Database reading;
    private Database retention;

    @BeforeEach
    void open(Vertx vertx, TestDatabase test) {
        reading = Database.open(vertx, Configs.patient(test.url(), 2), new SimpleMeterRegistry());
        retention = Database.openForRetention(vertx, Configs.patient(test.url(), 2), new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        await(Future.join(reading.close(), retention.close()));
    }

    @Test
    void ignoresRetention() {
        await(retention.query("own", "SELECT 1", Tuple.tuple()));
        await(retention.withCleaningConnection(
                connection -> connection.query("SELECT 1").execute()));

        assertThat(retention.hasForegroundWork(RECENTLY)).isFalse();
    }

    @Test
    void includesReadsWhileTheyRunAndForSomeTimeAfterwards() {
        Promise<Void> end = Promise.promise();
        Promise<Void> started = Promise.promise();
        Future<Void> read = reading.onConnection("read", connection -> {
            started.complete();
            return end.future();
        });
        await(started.future());
        assertThat(retention.hasForegroundWork(Duration.ZERO)).isTrue();

        end.complete();
        await(read);

        assertThat(retention.hasForegroundWork(Duration.ZERO)).isFalse();
        assertThat(retention.hasForegroundWork(RECENTLY)).isTrue();
    }

    @Test
    void includesPagesOnTheSharedConnection() {
        await(reading.queryShort("alice", "page", "SELECT 1", Tuple.tuple()));

        assertThat(retention.hasForegroundWork(RECENTLY)).isTrue();
    }
}
