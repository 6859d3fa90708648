package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What readers see while a cleanup runs. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class ReadersTest {
    /** The executions that one statement saw: of the owner who keeps them, and of the owner whose cleanup runs. */
    private record Seen(long kept, long deletable) {}

    @Test
    void seeEachKeptExecutionExactlyOnce(Vertx vertx, TestDatabase test) throws Exception {
        Runs.clear(test);
        for (int daysAgo = 40; daysAgo < 44; daysAgo++) {
            Runs.seed(test, "alice", 500, daysAgo, "SUCCESS");
            Runs.seed(test, "bob", 100, daysAgo, "SUCCESS");
        }
        Runs.seed(test, "alice", 200, 50, "SUCCESS");
        String partition = test.get("SELECT max(tableoid) FROM execution");
        Database database = Runs.open(vertx, test);
        CleanupLedger ledger = new CleanupLedger(database);
        Cleaner cleaner = Runs.cleaner(
                Bus.create(vertx, Duration.ofSeconds(20)),
                database,
                Configs.with(0, "", Duration.ofHours(1)),
                Clock.systemUTC());
        await(ledger.create(CleanupCriteria.startedBefore(Instant.now()).withOwner("alice"), "alice"));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reads = new CountDownLatch(1);
        CompletableFuture<List<Seen>> reader = CompletableFuture.supplyAsync(() -> read(test, done, reads));

        reads.await();
        await(cleaner.runOnce());
        done.set(true);

        List<Seen> seen = reader.join();
        assertThat(seen).allSatisfy(one -> assertThat(one.kept()).isEqualTo(400));
        List<Long> deletable = seen.stream().map(Seen::deletable).toList();
        assertThat(deletable).isSortedAccordingTo(Collections.reverseOrder()).startsWith(2200L);
        assertThat(Set.copyOf(deletable)).hasSizeGreaterThan(2);
        assertThat(test.count("SELECT count(*) FROM execution WHERE tableoid = " + partition))
                .isZero();
    }

    private static List<Seen> read(TestDatabase test, AtomicBoolean done, CountDownLatch reads) {
        List<Seen> seen = new ArrayList<>();
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            while (!done.get()) {
                try (ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FILTER (WHERE o.subject = 'bob'), count(*) FILTER (WHERE o.subject = 'alice') "
                                + "FROM execution e JOIN owner o ON o.id = e.owner_id")) {
                    rows.next();
                    seen.add(new Seen(rows.getLong(1), rows.getLong(2)));
                    reads.countDown();
                }
            }
            return seen;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
