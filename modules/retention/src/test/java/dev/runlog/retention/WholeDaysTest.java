package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import dev.runlog.storage.plan.CleanupDay;
import dev.runlog.testing.StatusTotals;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Cleanups that drop or rewrite whole days. */
final class WholeDaysTest extends RetentionTestCase {
    @Test
    void dropsADayWithNothingToKeep() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        seed("bob", 20, 40, "FAILED");
        seed("bob", 20, 1, "FAILED");
        String day = test.get("SELECT max(tableoid::regclass::text) FROM execution WHERE id < '"
                + Ids.lowerBound(Instant.now().minus(Duration.ofDays(20))) + "'");

        Cleanup dry = await(bus.request(allOwners(Duration.ofDays(30), true)));
        Cleanup all = run(allOwners(Duration.ofDays(30), false));

        assertThat(dry.preview().partitions()).isEqualTo(1).isEqualTo(all.partitionsDropped());
        assertThat(all.deleted()).isEqualTo(50).isEqualTo(all.matched());
        assertThat(all.bytes()).isGreaterThan(50 * 200);
        assertThat(test.get("SELECT to_regclass('" + day + "')")).isEqualTo("null");
        assertThat(test.get("SELECT to_regclass('" + day.replace("execution", "step") + "')"))
                .isEqualTo("null");
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();

        // Late recording creates the day again.
        seed(owner, 1, 40, "SUCCESS");
        assertThat(rows()).isEqualTo(21);
        assertThat(run(allOwners(Duration.ofDays(30), false)).deleted()).isEqualTo(1);
    }

    /** Rows of a dropped day remain in the list of failures for a while, but no reader sees them. */
    @Test
    void showsNoFailureOfADroppedDay() throws SQLException {
        seed(owner, 30, 40, "FAILED");
        seed(owner, 5, 1, "FAILED");
        StartedCleanup work = begin(CleanupCriteria.startedBefore(Instant.now().minus(Duration.ofDays(30))));
        Cleanup started = work.cleanup();
        List<CleanupDay> days = work.days();

        assertThat(await(store.asCleaner(session -> session.drop(started, days)))
                        .orElseThrow())
                .isTrue();

        assertThat(test.count("SELECT count(*) FROM unsuccessful")).isEqualTo(5);
        assertThat(test.count("SELECT count(*) FROM unsuccessful_execution")).isEqualTo(35);
        assertThat(await(store.asCleaner(CleanupSession::settleDropped)).orElseThrow())
                .isTrue();
        assertThat(test.count("SELECT count(*) FROM unsuccessful_execution")).isEqualTo(5);
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void completesOnlyAfterTheFilesOfDroppedDaysAreRemoved() throws Exception {
        seed(owner, 30, 40, "SUCCESS");
        seed("bob", 20, 41, "FAILED");
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM " + largeValuesOf(40));
            Promise<Cleanup> rowsDeleted = Promise.promise();
            bus.subscribe(CleanupProgressed.class, event -> {
                if (event.cleanup().deleted() == 50) {
                    rowsDeleted.tryComplete(event.cleanup());
                }
            });

            Cleanup created = await(bus.request(allOwners(Duration.ofDays(30), false)));
            Cleanup reported = await(rowsDeleted.future());
            test.awaitRows("SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");

            assertThat(reported.state()).isEqualTo(Cleanup.State.RUNNING);
            assertThat(reported.partitionsDropped()).isEqualTo(2);
            assertThat(rows()).isZero();
            assertThatRowsAndRollupsAgree();
            assertThat(await(ledger.get(created.id())).deleted()).isEqualTo(50);
            connection.rollback();

            assertThat(await(ending(created.id()).future()).state()).isEqualTo(Cleanup.State.COMPLETED);
            assertThat(test.count("SELECT count(*) FROM pg_class WHERE relname ~ '_gone$'"))
                    .isZero();
        }
    }

    /**
     * The first four days are dropped together. A reader prevents the drop of the fifth until the cleanup is cancelled.
     */
    @Test
    void removesTheFilesOfDroppedDaysAfterCancellation() throws Exception {
        for (int daysAgo = 36; daysAgo <= 40; daysAgo++) {
            seed(owner, 10, daysAgo, "SUCCESS");
        }
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE " + partition(36) + " IN ACCESS SHARE MODE");

            Cleanup created = await(bus.request(allOwners(Duration.ofDays(30), false)));
            test.awaitRows("SELECT FROM cleanup WHERE deleted = 40");
            Cleanup cancelled = await(bus.request(new CancelCleanup(operator, created.id())));

            assertThat(cancelled.state()).isEqualTo(Cleanup.State.CANCELLED);
            test.awaitRows("SELECT WHERE NOT EXISTS (SELECT FROM pg_class WHERE relname ~ '_gone$') "
                    + "AND NOT EXISTS (SELECT FROM cleanup_rule) AND NOT EXISTS (SELECT FROM dropped_day)");
        }
        Cleanup over = await(ledger.get(UUID.fromString(test.get("SELECT id FROM cleanup"))));
        assertThat(over.state()).isEqualTo(Cleanup.State.CANCELLED);
        assertThat(over.deleted()).isEqualTo(40);
        assertThat(over.partitionsDropped()).isEqualTo(4);
        assertThat(rows()).isEqualTo(10);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    /** A detached table takes the triggers of its rewrite with it; they are not dropped once more. */
    @Test
    void removesWhatAnInterruptedRewriteLeft() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        test.execute("CREATE TABLE execution_20250101_gone (LIKE execution); "
                + "CREATE TABLE step_20250101_next (LIKE step)");
        for (String table : List.of("execution_20250101_gone", "step_20250101_next", partition(40))) {
            test.execute("CREATE TRIGGER runlog_change AFTER INSERT ON " + table
                    + " FOR EACH ROW EXECUTE FUNCTION note_partition_change('execution', '20250101')");
        }

        await(cleaner().runOnce());

        assertThat(rows()).isEqualTo(30);
        assertThatNothingIsLeftOver();
    }

    @Test
    void allowsRecordingIntoADroppedDayBeforeItsFilesAreRemoved(Vertx vertx) throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        StartedCleanup work = begin(CleanupCriteria.startedBefore(Instant.now()));
        Cleanup started = work.cleanup();
        List<CleanupDay> days = work.days();

        boolean again = await(store.asCleaner(session -> session.drop(started, days)
                        .compose(dropped -> vertx.executeBlocking(() -> {
                            seed(owner, 5, 40, "SUCCESS");
                            return dropped;
                        }))
                        // The old files still have the name that the second drop needs.
                        .compose(dropped -> session.drop(started, days))))
                .orElseThrow();
        String second = test.get("SELECT to_regclass('" + partition(40) + "_gone')");
        seed("bob", 3, 40, "FAILED");
        long third = rows();
        await(cleaner().runOnce());

        assertThat(again).isTrue();
        assertThat(second).isNotEqualTo("null");
        assertThat(third).isEqualTo(3);
        Cleanup done = await(ledger.get(started.id()));
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.deleted()).isEqualTo(38);
        assertThat(done.partitionsDropped()).isEqualTo(3);
        assertThat(test.count("SELECT sum(success_deleted) FROM execution_daily"))
                .isEqualTo(35);
        assertThat(test.count("SELECT sum(failed_deleted) FROM execution_daily"))
                .isEqualTo(3);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void dropsTheDaysAroundADayWithAHeldExecution() throws SQLException {
        for (int daysAgo = 38; daysAgo <= 40; daysAgo++) {
            seed(owner, 10, daysAgo, "SUCCESS");
        }
        String held = test.get("SELECT id FROM " + partition(39) + " ORDER BY id LIMIT 1");
        await(bus.request(new HoldExecution(alice, UUID.fromString(held), true, "audit")));

        Cleanup all = run(allOwners(Duration.ofDays(30), false));

        assertThat(all.deleted()).isEqualTo(29);
        assertThat(all.partitionsDropped()).isEqualTo(2);
        assertThat(test.list("SELECT id FROM execution")).containsExactly(held);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void copiesTheKeptExecutionsOfARewrittenDay() throws SQLException {
        seed(owner, 150, 40, "SUCCESS");
        seed(owner, 2, 40, "RUNNING");
        seed("bob", 40, 40, "FAILED");
        String parent = test.get("SELECT id FROM execution WHERE status = 1 ORDER BY id LIMIT 1");
        List<String> some = test.list("SELECT id FROM execution WHERE status = 2 ORDER BY id LIMIT 4");
        // The second is a child and the third a grandchild of a running execution; the fourth is held.
        test.execute("UPDATE execution SET parent_id = '" + parent + "' WHERE id = '" + some.get(1) + "';"
                + "UPDATE execution SET parent_id = '" + some.get(1) + "' WHERE id = '" + some.get(2) + "';"
                + "UPDATE execution SET held = true WHERE id = '" + some.get(3) + "';"
                + "INSERT INTO held_execution SELECT id, owner_id FROM execution WHERE held;"
                // Only the first of these two is deleted; both were retried, and it is itself a retry of the second.
                + "INSERT INTO execution_retry SELECT id, owner_id, gen_random_uuid() FROM execution WHERE id IN ('"
                + some.get(0) + "', '" + some.get(1) + "');"
                + "INSERT INTO execution_retry SELECT id, owner_id, '" + some.get(0) + "' FROM execution WHERE id = '"
                + some.get(1) + "'");

        Cleanup dry = await(bus.request(request(alice, Duration.ofDays(30), Set.of(), true)));
        Cleanup real = run(request(alice, Duration.ofDays(30), Set.of(), false));

        assertThat(test.list("SELECT retry_of FROM execution_retry")).containsExactly(some.get(1));
        assertThat(real.deleted()).isEqualTo(147).isEqualTo(dry.matched());
        assertThat(real.partitionsDropped()).isZero();
        CleanupPreview preview = dry.preview();
        assertThat(preview.spared()).isEqualTo(new CleanupPreview.Spared(2, 1, 0, 0, 2));
        assertThat(preview.byStatus().success()).isEqualTo(147);
        assertThat(preview.steps()).isEqualTo(147);
        assertThat(test.list("SELECT id FROM execution WHERE status = 2 ORDER BY id"))
                .containsExactlyElementsOf(some.subList(1, 4));
        assertThat(rows()).isEqualTo(45);
        assertThat(test.count("SELECT count(*) FROM step")).isEqualTo(45);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
        // The new partition has its indexes and can be rewritten again.
        assertThat(test.get("SELECT count(*) FROM pg_inherits WHERE inhparent = 'execution'::regclass"))
                .isNotEqualTo("0");
        test.execute("UPDATE execution SET held = false, parent_id = NULL; DELETE FROM held_execution");
        assertThat(run(request(alice, Duration.ofDays(30), Set.of(), false)).deleted())
                .isEqualTo(3);
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void copiesChangesMadeDuringARewrite() throws Exception {
        seed(owner, 300, 40, "SUCCESS");
        seed("bob", 20, 40, "RUNNING");
        StartedCleanup work = begin(criteria(owner));
        Cleanup started = work.cleanup();
        CleanupDay day = work.days().get(0);
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            // An open reading transaction prevents the exchange.
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM execution");
            Future<Optional<Boolean>> exchange = store.asCleaner(session -> session.rewrite(started, day));
            test.awaitRows("SELECT 1 FROM pg_trigger WHERE tgname = 'runlog_change'");
            test.awaitRows("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");

            test.execute("UPDATE execution SET status = 2, finished_at = now(), duration_millis = 1 WHERE id = "
                    + "(SELECT max(id::text)::uuid FROM execution WHERE status = 1);"
                    + "UPDATE execution_daily SET running = running - 1, success = success + 1 WHERE running > 0;"
                    + "UPDATE execution_day SET running = running - 1, success = success + 1 WHERE running > 0");
            connection.rollback();

            assertThat(await(exchange).orElseThrow()).isTrue();
        }
        assertThat(StatusTotals.ofRows(test)).isEqualTo(Map.of("running", 19L, "success", 1L));
        assertThat(await(ledger.get(started.id())).deleted()).isEqualTo(300);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void doesNotDropADayWhoseRowsNoLongerMatch() throws SQLException {
        seed(owner, 1, 40, "CRASHED");
        StartedCleanup work =
                begin(CleanupCriteria.startedBefore(Instant.now()).withStatuses(Set.of(ExecutionStatus.CRASHED)));
        Cleanup started = work.cleanup();
        List<CleanupDay> days = work.days();
        assertThat(days.get(0).whole()).isTrue();

        test.execute("UPDATE execution SET status = 2; UPDATE execution_daily SET crashed = 0, success = 1;"
                + "UPDATE execution_day SET crashed = 0, success = 1");

        assertThat(await(store.asCleaner(session -> session.drop(started, days)))
                        .orElseThrow())
                .isFalse();
        assertThat(rows()).isEqualTo(1);
    }
}
