package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.cleanup.CleanupSession.Batch;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.plan.HoldStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds an execution while a cleanup is about to delete its descendants. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class HoldTest {
    private TestDatabase test;
    private CleanupStore cleanups;
    private CleanupLedger ledger;
    private HoldStore holds;
    private Cleaner cleaner;

    @BeforeEach
    void open(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        Runs.clear(test);
        Database opened = Runs.open(vertx, test);
        cleanups = new CleanupStore(opened);
        ledger = new CleanupLedger(opened);
        holds = new HoldStore(opened);
        cleaner = Runs.cleaner(
                Bus.create(vertx, Duration.ofSeconds(20)),
                opened,
                Configs.with(0, "", Duration.ofHours(1)),
                Clock.systemUTC());
    }

    /** The day is dropped if other owners have no executions on it, and rewritten if they have few. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void keepsDescendantsOnADayThatIsBeingDroppedOrRewritten(int others) throws Exception {
        Runs.seed(test, "alice", 300, 40, "SUCCESS");
        Runs.seed(test, "alice", "parents", 1, 41, "SUCCESS");
        if (others > 0) {
            Runs.seed(test, "bob", others, 40, "SUCCESS");
        }
        String parent = test.get("SELECT min(id::text) FROM execution");
        String child = test.get("SELECT e.id FROM execution e JOIN owner o ON o.id = e.owner_id "
                + "WHERE o.subject = 'alice' ORDER BY e.id OFFSET 1 LIMIT 1");
        String grandchild = test.get("SELECT e.id FROM execution e JOIN owner o ON o.id = e.owner_id "
                + "WHERE o.subject = 'alice' ORDER BY e.id DESC LIMIT 1");
        test.execute("UPDATE execution SET parent_id = '" + parent + "' WHERE id = '" + child + "';"
                + "UPDATE execution SET parent_id = '" + child + "' WHERE id = '" + grandchild + "'");
        UUID workflow = UUID.fromString(
                test.get(
                        "SELECT w.id FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = 'alice' AND w.key = 'w'"));
        Cleanup cleanup = await(ledger.create(
                CleanupCriteria.startedBefore(Instant.now())
                        .withWorkflow(workflow)
                        .withOwner("alice"),
                "alice"));
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            // An open reading transaction prevents the drop or exchange of the day.
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM execution");
            Future<Void> cleaned = cleaner.runOnce();
            test.awaitRows("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");

            await(holds.hold("alice", UUID.fromString(parent), true, "audit", 100));
            connection.rollback();

            await(cleaned);
        }

        assertThat(await(ledger.get(cleanup.id())).deleted()).isEqualTo(298);
        assertThat(test.list("SELECT e.id FROM execution e JOIN owner o ON o.id = e.owner_id "
                        + "WHERE o.subject = 'alice' ORDER BY e.id"))
                .containsExactly(parent, child, grandchild);
    }

    @Test
    void keepsDescendantsFromARunningCleanup() throws Exception {
        Runs.seed(test, "alice", "parents", 1, 41, "SUCCESS");
        Runs.seed(test, "alice", 5, 40, "FAILED");
        String parent = test.get("SELECT id FROM execution WHERE status = 2");
        String child = test.get("SELECT min(id::text) FROM execution WHERE status = 3");
        String grandchild = test.get("SELECT max(id::text) FROM execution WHERE status = 3");
        String link = "UPDATE %s SET parent_id = '%s' WHERE id = '%s';";
        test.execute(link.formatted("execution", parent, child) + link.formatted("execution", child, grandchild));
        CleanupCriteria failures = CleanupCriteria.startedBefore(Instant.now())
                .withStatuses(Set.of(ExecutionStatus.FAILED))
                .withOwner("alice");

        Batch batch = await(cleanups.asCleaner(session -> ledger.create(failures, "alice")
                        .compose(created -> session.begin(created, 1000))
                        .compose(started -> holds.hold("alice", UUID.fromString(parent), true, "audit", 100)
                                .compose(held -> session.deleteBatch(
                                        started.cleanup(), started.days().get(0).day(), null, 100, false)))))
                .orElseThrow();

        assertThat(batch.rows()).isEqualTo(3);
        assertThat(test.list("SELECT id FROM execution ORDER BY id")).containsExactly(parent, child, grandchild);
    }
}
