package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.cleanup.CleanupDay;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.Begun;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.cleanup.PolicyStore;
import dev.runlog.storage.db.Database;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class RetentionVerticleTest {
    private static final RetentionConfig CONFIG = Configs.with(0, "", Duration.ofHours(1));

    private final ConcurrentHashMap<UUID, Promise<Cleanup>> over = new ConcurrentHashMap<>();
    private final String owner = "alice-" + Ids.next();
    private final Viewer alice = new Viewer(owner, Set.of(Scope.CLEANUP));
    private final Viewer operator = new Viewer("operator-" + Ids.next(), Set.of(Scope.OPS));
    private TestDatabase test;
    private Database database;
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        this.test = database;
        Runs.clear(test);
        this.database = Runs.open(vertx, test);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().state().isOver()) {
                ending(event.cleanup().id()).tryComplete(event.cleanup());
            }
        });
        await(vertx.deployVerticle(
                new RetentionVerticle(bus, this.database, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry())));
    }

    @Test
    void deletesWhatADryRunSaysAndCountsItInTheRollups() throws SQLException {
        seed(owner, 130, 40, "SUCCESS");
        seed(owner, 30, 40, "FAILED");
        seed(owner, 20, 1, "FAILED");

        Cleanup dry = await(bus.request(request(alice, Duration.ofDays(30), Set.of(), true)));
        Cleanup real = run(request(alice, Duration.ofDays(30), Set.of(), false));

        assertThat(dry.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(dry.matched()).isEqualTo(160);
        assertThat(dry.deleted()).isZero();
        assertThat(real.matched()).isEqualTo(160);
        assertThat(real.deleted()).isEqualTo(160);
        assertThat(dry.bytes()).isZero();
        assertThat(dry.preview().bytes()).isPositive();
        assertThat(real.bytes()).isPositive();
        assertThat(rows()).isEqualTo("20");
        assertThat(test.get("SELECT count(*) FROM step")).isEqualTo("20");
        assertThat(
                        test.get(
                                "SELECT row(sum(success), sum(success_deleted), sum(failed), sum(failed_deleted)) FROM execution_rollup"))
                .isEqualTo("(130,130,50,30)");
    }

    @Test
    void sparesWhatRunsWhatIsHeldAndChildrenOfWhatRuns() throws SQLException {
        seed(owner, 3, 40, "RUNNING");
        seed(owner, 2, 40, "SUCCESS");
        String parent = test.get("SELECT id FROM execution WHERE status = 1 LIMIT 1");
        String child = test.get("SELECT id FROM execution WHERE status = 2 ORDER BY id LIMIT 1");
        String held = test.get("SELECT id FROM execution WHERE status = 2 ORDER BY id DESC LIMIT 1");
        test.execute("UPDATE execution SET parent_id = '" + parent + "' WHERE id = '" + child + "'");
        assertThat(await(bus.request(new HoldExecution(alice, UUID.fromString(held), true, "audit")))
                        .execution()
                        .held())
                .isTrue();

        assertThat(run(request(alice, Duration.ofDays(1), Set.of(), false)).deleted())
                .isZero();

        await(bus.request(new HoldExecution(alice, UUID.fromString(held), false, null)));
        assertThat(run(request(alice, Duration.ofDays(1), Set.of(), false)).deleted())
                .isEqualTo(1);
        assertThat(rows()).isEqualTo("4");
    }

    @Test
    void tellsInListsOfFailuresWhichAreHeld() throws SQLException {
        seed(owner, 2, 40, "FAILED");
        UUID id = UUID.fromString(test.get("SELECT id FROM execution ORDER BY id LIMIT 1"));

        await(bus.request(new HoldExecution(alice, id, true, "audit")));
        assertThat(test.get("SELECT string_agg(held::text, ' ' ORDER BY id) FROM unsuccessful"))
                .isEqualTo("true false");

        await(bus.request(new HoldExecution(alice, id, false, null)));
        assertThatRowsAndRollupsAgree();
    }

    /** Failures are found in their list, which has no days. */
    @Test
    void deletesFailuresInBatchesOfTheirOwnDay() throws SQLException {
        for (int daysAgo = 38; daysAgo <= 40; daysAgo++) {
            seed(owner, 15, daysAgo, "FAILED");
            seed(owner, 30, daysAgo, "SUCCESS");
        }
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(
                store, new CleanupCriteria(Instant.now(), Set.of(ExecutionStatus.FAILED), null, owner, null, false));

        for (CleanupDay day : work.days()) {
            CleanupSession.Batch batch = await(store.asCleaner(
                            session -> session.deleteBatch(work.cleanup(), day.day(), null, 100, false)))
                    .orElseThrow();
            assertThat(batch.rows()).isEqualTo(day.going());
            assertThat(batch.skipped()).isZero();
        }

        assertThat(test.get("SELECT count(*) FROM execution WHERE status = 3")).isEqualTo("0");
        assertThat(rows()).isEqualTo("90");
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void touchesNobodyElsesUnlessAnOperatorAsksForAll() throws SQLException {
        seed(owner, 5, 40, "FAILED");
        seed("bob", 7, 40, "FAILED");

        assertThat(run(request(alice, Duration.ofDays(1), Set.of(ExecutionStatus.FAILED), false))
                        .deleted())
                .isEqualTo(5);
        assertThat(rows()).isEqualTo("7");
        assertThat(codeOf(new RequestCleanup(
                        alice, Duration.ofDays(1), null, Set.of(), null, null, false, null, true, false)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        Cleanup all = run(allOwners(Duration.ofDays(1), false));
        assertThat(all.deleted()).isEqualTo(7);
        assertThat(await(bus.request(new LoadCleanups(alice, List.of(all.id()))))
                        .cleanups())
                .isEmpty();
        assertThat(await(bus.request(new ListCleanups(operator, PageRequest.first(10))))
                        .total())
                .isEqualTo(2);
        assertThat(codeOf(new CancelCleanup(alice, all.id()))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void goesOnWhereACrashHasLeftIt(Vertx vertx) throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed("bob", 200, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(store, criteria(owner));
        Cleanup begun = work.cleanup();
        await(store.asCleaner(
                session -> session.deleteBatch(begun, work.days().get(0).day(), null, 50, false)));

        await(cleaner(vertx, store).runOnce());

        Cleanup done = await(store.get(begun.id()));
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.matched()).isEqualTo(120);
        assertThat(done.deleted()).isEqualTo(120);
        assertThat(test.get("SELECT sum(success_deleted) FROM execution_rollup"))
                .isEqualTo("120");
        assertThat(rows()).isEqualTo("200");
    }

    @Test
    void stopsBetweenTwoBatchesWhenItIsCancelled() throws SQLException {
        seed(owner, 60, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(store, criteria(owner));
        Cleanup begun = work.cleanup();
        List<CleanupDay> days = work.days();
        await(store.asCleaner(session -> session.deleteBatch(begun, days.get(0).day(), null, 10, false)));

        Cleanup cancelled = await(bus.request(new CancelCleanup(alice, begun.id())));

        assertThat(cancelled.state()).isEqualTo(Cleanup.State.CANCELLED);
        assertThat(await(store.asCleaner(session ->
                                session.deleteBatch(begun, days.get(0).day(), null, 10, false)))
                        .orElseThrow()
                        .open())
                .isFalse();
        assertThat(await(store.asCleaner(session -> session.rewrite(begun, days.get(0))))
                        .orElseThrow())
                .isFalse();
        assertThat(rows()).isEqualTo("50");
    }

    @Test
    void comesBackToRowsThatAreBeingWritten() throws Exception {
        seed(owner, 10, 40, "SUCCESS");
        seed("bob", 200, 40, "SUCCESS");
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT * FROM execution WHERE owner_id = (SELECT id FROM owner WHERE subject = '" + owner
                    + "') ORDER BY id LIMIT 3 FOR UPDATE");
            Promise<Void> sevenGone = Promise.promise();
            bus.subscribe(CleanupProgressed.class, event -> {
                if (event.cleanup().deleted() == 7) {
                    sevenGone.tryComplete();
                }
            });

            Cleanup entered = await(bus.request(request(alice, Duration.ofDays(1), Set.of(), false)));
            await(sevenGone.future());
            connection.rollback();

            assertThat(await(ending(entered.id()).future()).deleted()).isEqualTo(10);
        }
    }

    @Test
    void seesWhetherOthersAreAtTheDatabaseOrWereAMomentAgo() throws Exception {
        seed(owner, 60, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(store, criteria(owner));
        LocalDate day = work.days().get(0).day();
        Callable<CleanupSession.Batch> batch =
                () -> await(store.asCleaner(session -> session.deleteBatch(work.cleanup(), day, null, 1, false)))
                        .orElseThrow();

        // Who prepared the test was there a moment ago.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (batch.call().shared()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        try (var other = test.connect();
                var statement = other.createStatement()) {
            statement.execute("SELECT");
            assertThat(batch.call().shared()).isTrue();
        }
    }

    @Test
    void dropsADayOfWhichNothingStays() throws SQLException {
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

        // A late event makes the day anew.
        seed(owner, 1, 40, "SUCCESS");
        assertThat(rows()).isEqualTo("21");
        assertThat(run(allOwners(Duration.ofDays(30), false)).deleted()).isEqualTo(1);
    }

    /** Its rows in the list go later; nobody sees them until then. */
    @Test
    void showsNoFailureOfADroppedDay() throws SQLException {
        seed(owner, 30, 40, "FAILED");
        seed(owner, 5, 1, "FAILED");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(
                store,
                new CleanupCriteria(Instant.now().minus(Duration.ofDays(30)), Set.of(), null, null, null, false));
        Cleanup begun = work.cleanup();
        List<CleanupDay> days = work.days();

        assertThat(await(store.asCleaner(session -> session.drop(begun, days))).orElseThrow())
                .isTrue();

        assertThat(test.get("SELECT row((SELECT count(*) FROM unsuccessful_execution), count(*)) FROM unsuccessful"))
                .isEqualTo("(35,5)");
        assertThat(await(store.asCleaner(CleanupSession::settleDropped)).orElseThrow())
                .isTrue();
        assertThat(test.get("SELECT count(*) FROM unsuccessful_execution")).isEqualTo("5");
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void isCompletedOnlyWhenTheFilesOfDroppedDaysAreGone() throws Exception {
        seed(owner, 30, 40, "SUCCESS");
        seed("bob", 20, 41, "FAILED");
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM " + largeValuesOf(40));
            Promise<Cleanup> rowsGone = Promise.promise();
            bus.subscribe(CleanupProgressed.class, event -> {
                if (event.cleanup().deleted() == 50) {
                    rowsGone.tryComplete(event.cleanup());
                }
            });

            Cleanup entered = await(bus.request(allOwners(Duration.ofDays(30), false)));
            Cleanup told = await(rowsGone.future());
            test.awaitRows("SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");

            assertThat(told.state()).isEqualTo(Cleanup.State.RUNNING);
            assertThat(told.partitionsDropped()).isEqualTo(2);
            assertThat(rows()).isEqualTo("0");
            assertThatRowsAndRollupsAgree();
            assertThat(test.get("SELECT row(state, deleted) FROM cleanup")).isEqualTo("(2,50)");
            connection.rollback();

            assertThat(await(ending(entered.id()).future()).state()).isEqualTo(Cleanup.State.COMPLETED);
            assertThat(test.get("SELECT count(*) FROM pg_class WHERE relname ~ '_gone$'"))
                    .isEqualTo("0");
        }
    }

    /** Four days go at once; a reader of the fifth keeps it until the cleanup is cancelled. */
    @Test
    void removesTheFilesOfWhatACancelledOneHasDropped() throws Exception {
        for (int daysAgo = 36; daysAgo <= 40; daysAgo++) {
            seed(owner, 10, daysAgo, "SUCCESS");
        }
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE " + partition(36) + " IN ACCESS SHARE MODE");

            Cleanup entered = await(bus.request(allOwners(Duration.ofDays(30), false)));
            test.awaitRows("SELECT FROM cleanup WHERE deleted = 40");
            Cleanup cancelled = await(bus.request(new CancelCleanup(operator, entered.id())));

            assertThat(cancelled.state()).isEqualTo(Cleanup.State.CANCELLED);
            test.awaitRows("SELECT WHERE NOT EXISTS (SELECT FROM pg_class WHERE relname ~ '_gone$') "
                    + "AND NOT EXISTS (SELECT FROM cleanup_rule) AND NOT EXISTS (SELECT FROM dropped_day)");
        }
        assertThat(test.get("SELECT row(state, deleted, partitions_dropped) FROM cleanup"))
                .isEqualTo("(4,40,4)");
        assertThat(rows()).isEqualTo("10");
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void recordsIntoADroppedDayWhileItsFilesAreThereStill(Vertx vertx) throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(store, new CleanupCriteria(Instant.now(), Set.of(), null, null, null, false));
        Cleanup begun = work.cleanup();
        List<CleanupDay> days = work.days();

        boolean again = await(store.asCleaner(session -> session.drop(begun, days)
                        .compose(gone -> vertx.executeBlocking(() -> {
                            seed(owner, 5, 40, "SUCCESS");
                            return gone;
                        }))
                        // Its name is the old files' once more.
                        .compose(gone -> session.drop(begun, days))))
                .orElseThrow();
        String second = test.get("SELECT to_regclass('" + partition(40) + "_gone')");
        seed("bob", 3, 40, "FAILED");
        String third = rows();
        await(cleaner(vertx, store).runOnce());

        assertThat(again).isTrue();
        assertThat(second).isNotEqualTo("null");
        assertThat(third).isEqualTo("3");
        Cleanup done = await(store.get(begun.id()));
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.deleted()).isEqualTo(38);
        assertThat(done.partitionsDropped()).isEqualTo(3);
        assertThat(test.get("SELECT row(sum(success_deleted), sum(failed_deleted)) FROM execution_daily"))
                .isEqualTo("(35,3)");
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void dropsTheDaysBesideOneOfWhichSomethingIsHeld() throws SQLException {
        for (int daysAgo = 38; daysAgo <= 40; daysAgo++) {
            seed(owner, 10, daysAgo, "SUCCESS");
        }
        String held = test.get("SELECT id FROM " + partition(39) + " ORDER BY id LIMIT 1");
        await(bus.request(new HoldExecution(alice, UUID.fromString(held), true, "audit")));

        Cleanup all = run(allOwners(Duration.ofDays(30), false));

        assertThat(all.deleted()).isEqualTo(29);
        assertThat(all.partitionsDropped()).isEqualTo(2);
        assertThat(ids("SELECT id FROM execution")).containsExactly(held);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void carriesForwardWhatStaysOfARewrittenDay() throws SQLException {
        seed(owner, 150, 40, "SUCCESS");
        seed(owner, 2, 40, "RUNNING");
        seed("bob", 40, 40, "FAILED");
        String parent = test.get("SELECT id FROM execution WHERE status = 1 ORDER BY id LIMIT 1");
        List<String> some = ids("SELECT id FROM execution WHERE status = 2 ORDER BY id LIMIT 4");
        // The second is a child, the third a grandchild of what runs; the fourth is held.
        test.execute("UPDATE execution SET parent_id = '" + parent + "' WHERE id = '" + some.get(1) + "';"
                + "UPDATE execution SET parent_id = '" + some.get(1) + "' WHERE id = '" + some.get(2) + "';"
                + "UPDATE execution SET held = true WHERE id = '" + some.get(3) + "';"
                + "INSERT INTO held_execution SELECT id, owner_id FROM execution WHERE held");

        Cleanup dry = await(bus.request(request(alice, Duration.ofDays(30), Set.of(), true)));
        Cleanup real = run(request(alice, Duration.ofDays(30), Set.of(), false));

        assertThat(real.deleted()).isEqualTo(147).isEqualTo(dry.matched());
        assertThat(real.partitionsDropped()).isZero();
        CleanupPreview preview = dry.preview();
        assertThat(preview.spared()).isEqualTo(new CleanupPreview.Spared(2, 1, 0, 0, 2));
        assertThat(preview.byStatus().success()).isEqualTo(147);
        assertThat(preview.steps()).isEqualTo(147);
        assertThat(ids("SELECT id FROM execution WHERE status = 2 ORDER BY id"))
                .containsExactlyElementsOf(some.subList(1, 4));
        assertThat(rows()).isEqualTo("45");
        assertThat(test.get("SELECT count(*) FROM step")).isEqualTo("45");
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
        // It is a partition like any other: with its indexes, and it can be rewritten again.
        assertThat(test.get("SELECT count(*) FROM pg_inherits WHERE inhparent = 'execution'::regclass"))
                .isNotEqualTo("0");
        test.execute("UPDATE execution SET held = false, parent_id = NULL; DELETE FROM held_execution");
        assertThat(run(request(alice, Duration.ofDays(30), Set.of(), false)).deleted())
                .isEqualTo(3);
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void notesWhatChangesWhileADayIsRewritten() throws Exception {
        seed(owner, 300, 40, "SUCCESS");
        seed("bob", 20, 40, "RUNNING");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(store, criteria(owner));
        Cleanup begun = work.cleanup();
        CleanupDay day = work.days().get(0);
        await(store.asCleaner(session -> session.refreshSpared(begun).map(true)));
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            // It cannot swap while somebody reads in a transaction.
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM execution");
            Future<Optional<Boolean>> swap = store.asCleaner(session -> session.rewrite(begun, day));
            test.awaitRows("SELECT 1 FROM pg_trigger WHERE tgname = 'runlog_change'");
            test.awaitRows("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted");

            test.execute("UPDATE execution SET status = 2, finished_at = now(), duration_millis = 1 WHERE id = "
                    + "(SELECT max(id::text)::uuid FROM execution WHERE status = 1);"
                    + "UPDATE execution_daily SET running = running - 1, success = success + 1 WHERE running > 0;"
                    + "UPDATE execution_day SET running = running - 1, success = success + 1 WHERE running > 0");
            connection.rollback();

            assertThat(await(swap).orElseThrow()).isTrue();
        }
        assertThat(test.get("SELECT string_agg(status::text, '' ORDER BY status) FROM execution"))
                .isEqualTo("1".repeat(19) + "2");
        assertThat(await(store.get(begun.id())).deleted()).isEqualTo(300);
        assertThatRowsAndRollupsAgree();
        assertThatNothingIsLeftOver();
    }

    @Test
    void keepsTheNewestOfEachWorkflow() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        seed(owner, 5, 2, "SUCCESS");
        seed("bob", 3, 40, "SUCCESS");

        RequestCleanup request =
                new RequestCleanup(operator, Duration.ofDays(1), null, Set.of(), null, 8, false, null, true, true);
        Cleanup dry = await(bus.request(request));
        Cleanup real = run(
                new RequestCleanup(operator, Duration.ofDays(1), null, Set.of(), null, 8, false, null, true, false));

        assertThat(real.deleted()).isEqualTo(27).isEqualTo(dry.matched());
        assertThat(dry.preview().spared().keptLast()).isEqualTo(11);
        assertThat(rows()).isEqualTo("11");
        assertThatRowsAndRollupsAgree();
    }

    /** Two sevenths and five sevenths of a day's share are a little more than all of it, in floating point. */
    @Test
    void keepsTheOneThatIsTheNewestOfADayThatGoesOtherwise() throws SQLException {
        seed(owner, 5, 40, "SUCCESS");
        seed(owner, 2, 40, "FAILED");

        Cleanup cleanup = run(
                new RequestCleanup(operator, Duration.ofDays(1), null, Set.of(), null, 1, false, null, true, false));

        assertThat(cleanup.deleted()).isEqualTo(6);
        assertThat(rows()).isEqualTo("1");
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void dropsNoDayWhoseRowsAreNotMeantAnyMore() throws SQLException {
        seed(owner, 1, 40, "CRASHED");
        CleanupStore store = new CleanupStore(database);
        Begun work = begin(
                store, new CleanupCriteria(Instant.now(), Set.of(ExecutionStatus.CRASHED), null, null, null, false));
        Cleanup begun = work.cleanup();
        List<CleanupDay> days = work.days();
        assertThat(days.get(0).isWhole(begun)).isTrue();

        test.execute("UPDATE execution SET status = 2; UPDATE execution_daily SET crashed = 0, success = 1;"
                + "UPDATE execution_day SET crashed = 0, success = 1");

        assertThat(await(store.asCleaner(session -> session.drop(begun, days))).orElseThrow())
                .isFalse();
        assertThat(rows()).isEqualTo("1");
    }

    @Test
    void sparesWhatAPolicyKeepsLongerUnlessItIsToldNotTo() throws SQLException {
        seed(owner, 10, 40, "SUCCESS");
        seed(owner, 4, 40, "FAILED");
        await(bus.request(new SetRetentionPolicy(
                alice, null, null, false, Set.of(ExecutionStatus.FAILED), Duration.ofDays(90), null)));

        Cleanup dry = await(bus.request(request(alice, Duration.ofDays(30), Set.of(), true)));
        Cleanup spared = run(request(alice, Duration.ofDays(30), Set.of(), false));
        Cleanup rest = run(
                new RequestCleanup(alice, Duration.ofDays(30), null, Set.of(), null, null, true, null, false, false));

        assertThat(dry.preview().spared().keptByPolicy()).isEqualTo(4);
        assertThat(spared.deleted()).isEqualTo(10).isEqualTo(dry.matched());
        assertThat(rest.deleted()).isEqualTo(4);
    }

    @Test
    void tellsTheSameFromRollupsAsFromRows() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed(owner, 30, 35, "FAILED");
        seed(owner, 1, 35, "RUNNING");
        seed("bob", 50, 35, "SUCCESS");
        test.execute(
                "UPDATE execution SET held = true WHERE id = (SELECT min(id::text)::uuid FROM execution WHERE status = 3);"
                        + "INSERT INTO held_execution SELECT id, owner_id FROM execution WHERE held");
        CleanupStore store = new CleanupStore(database);
        Instant midnight = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS);
        CleanupCriteria criteria = new CleanupCriteria(midnight, Set.of(), null, owner, null, false);

        CleanupPreview rows = await(store.preview(criteria, null, 1000));
        CleanupPreview rollups = await(store.preview(criteria, null, 1));

        assertThat(rows.exact()).isTrue();
        assertThat(rollups.exact()).isTrue();
        assertThat(rollups.byStatus()).isEqualTo(rows.byStatus());
        assertThat(rollups.spared()).isEqualTo(rows.spared());
        assertThat(rollups.workflows()).isEqualTo(rows.workflows());
        assertThat(rollups.partitions()).isEqualTo(rows.partitions()).isEqualTo(1);
    }

    @Test
    void tellsTheSameOfEverybodyFromTotalsAsFromRows() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed("bob", 30, 40, "FAILED");
        seed("bob", 7, 33, "CANCELLED");
        seed("bob", 9, 1, "CANCELLED");
        CleanupStore store = new CleanupStore(database);
        Instant midnight = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS);
        CleanupCriteria criteria = new CleanupCriteria(midnight, Set.of(), null, null, null, false);

        CleanupPreview rows = await(store.preview(criteria, null, 1000));
        CleanupPreview totals = await(store.preview(criteria, null, 1));

        assertThat(totals.exact()).isTrue();
        assertThat(totals.byStatus()).isEqualTo(rows.byStatus());
        assertThat(totals.workflows()).isEqualTo(rows.workflows());
        assertThat(totals.partitions()).isEqualTo(rows.partitions()).isEqualTo(2);
    }

    @Test
    void labelsAsAnEstimateWhatEndsWithinADay() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Instant noon = Instant.now()
                .minus(Duration.ofDays(40))
                .truncatedTo(ChronoUnit.DAYS)
                .plusSeconds(43_200);
        CleanupCriteria criteria = new CleanupCriteria(noon, Set.of(), null, owner, null, false);

        CleanupPreview rollups = await(store.preview(criteria, null, 1));

        assertThat(rollups.exact()).isFalse();
        assertThat(rollups.executions()).isEqualTo(60);
    }

    @Test
    void tellsTheBytesOfDaysAboutAsTheirFilesHaveThem() throws SQLException {
        seed(owner, 3000, 40, "SUCCESS");
        seed("bob", 3000, 35, "FAILED");
        CleanupStore store = new CleanupStore(database);
        CleanupCriteria criteria = new CleanupCriteria(
                Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS),
                Set.of(),
                null,
                null,
                null,
                false);
        String days = "(" + day(40) + "|" + day(35) + ")";

        CleanupPreview unknown = await(store.preview(criteria, null, 1));
        test.execute("ANALYZE execution; ANALYZE step");
        CleanupPreview analyzed = await(store.preview(criteria, null, 1));

        double files = Double.parseDouble(test.get("SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                + "WHERE relkind = 'r' AND relname ~ '^(execution|step)_" + days + "$'"));
        assertThat((double) unknown.bytes()).isBetween(files * 0.7, files * 1.1);
        assertThat((double) analyzed.bytes()).isBetween(files * 0.7, files * 1.1);
        assertThat(analyzed.steps()).isBetween(5500L, 6500L);
    }

    @Test
    void leavesNothingOfADryRunThatFails() throws SQLException {
        seed(owner, 10, 40, "SUCCESS");
        await(bus.request(new SetRetentionPolicy(alice, null, null, false, Set.of(), Duration.ofDays(90), 3)));
        RequestCleanup request = request(alice, Duration.ofDays(30), Set.of(), true);

        test.execute("ALTER TABLE cleanup_keep ADD CONSTRAINT keep_refused CHECK (policy_id IS NULL)");
        ErrorCode refused = codeOf(request);
        test.execute("ALTER TABLE cleanup_keep DROP CONSTRAINT keep_refused");

        assertThat(refused).isEqualTo(ErrorCode.INTERNAL);
        assertThatTheLedgerIsEmpty();
        assertThat(await(bus.request(request)).state()).isEqualTo(Cleanup.State.COMPLETED);
    }

    @Test
    void looksWhatAPolicyWouldFindWithoutATrace() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        seed(owner, 1, 40, "RUNNING");
        await(bus.request(new SetRetentionPolicy(alice, null, null, false, Set.of(), Duration.ofDays(90), 10)));
        CleanupCriteria criteria = new CleanupCriteria(Instant.now(), Set.of(), null, null, 20, false);

        CleanupPreview found = await(new CleanupStore(database).preview(criteria, null, 1000));

        assertThat(found.executions()).isZero();
        assertThat(found.spared().running()).isEqualTo(1);
        assertThatTheLedgerIsEmpty();
    }

    @Test
    void refusesWhatMakesNoSenseOrComesTooOften() {
        assertThat(codeOf(new RequestCleanup(alice, null, null, Set.of(), null, null, false, null, false, false)))
                .isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(codeOf(request(alice, Duration.ofDays(-1), Set.of(), false))).isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(codeOf(request(alice, Duration.ofDays(1), Set.of(ExecutionStatus.RUNNING), false)))
                .isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(codeOf(request(new Viewer("bob", Set.of(Scope.READ)), Duration.ofDays(1), Set.of(), false)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        for (int i = 0; i < 5; i++) {
            await(bus.request(request(alice, Duration.ofDays(1), Set.of(), true)));
        }
        assertThat(codeOf(request(alice, Duration.ofDays(1), Set.of(), true))).isEqualTo(ErrorCode.RATE_LIMITED);
    }

    @Test
    void letsTheMostSpecificPolicyDecide(Vertx vertx) throws SQLException {
        seed(owner, 4, 40, "SUCCESS");
        seed(owner, 5, 40, "FAILED");
        seed("bob", 6, 40, "SUCCESS");
        await(bus.request(new SetRetentionPolicy(operator, null, null, true, Set.of(), Duration.ofDays(60), null)));
        await(bus.request(new SetRetentionPolicy(alice, null, null, false, Set.of(), Duration.ofDays(30), null)));
        await(bus.request(new SetRetentionPolicy(
                alice, null, null, false, Set.of(ExecutionStatus.FAILED), Duration.ofDays(90), null)));
        PolicyRun policies =
                new PolicyRun(new PolicyStore(database), new CleanupStore(database), CONFIG, Clock.systemUTC());

        assertThat(await(policies.runOnce())).isEqualTo(1);
        Cleanup made = await(new CleanupStore(database).findOpen(true)).orElseThrow();
        await(cleaner(vertx, new CleanupStore(database)).runOnce());

        assertThat(await(new CleanupStore(database).get(made.id())).deleted()).isEqualTo(4);
        assertThat(test.get("SELECT string_agg(status::text, '' ORDER BY status) FROM execution"))
                .isEqualTo("22222233333");
    }

    @Test
    void runsPoliciesInTheirWindowOnceForAllServersAndTellsHowFarBehindTheyAre() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        PolicyStore policies = new PolicyStore(database);
        CleanupStore cleanups = new CleanupStore(database);
        await(policies.setDefault(Duration.ofDays(30), 10));
        RetentionConfig nightly = Configs.with(0, "02:00-05:00", Duration.ZERO);
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS);
        Clock noon = Clock.fixed(day.plusSeconds(43_200), ZoneOffset.UTC);
        Clock night = Clock.fixed(day.plusSeconds(4 * 3600 + 86_400), ZoneOffset.UTC);
        PolicyRun atNoon = new PolicyRun(policies, cleanups, nightly, noon);
        PolicyRun atNight = new PolicyRun(policies, cleanups, nightly, night);
        PolicyRun elsewhere = new PolicyRun(policies, cleanups, nightly, night);

        assertThat(await(atNoon.runOnce())).isZero();
        assertThat(atNoon.overdue()).isEqualTo(20);
        assertThat(atNoon.behind()).isEqualTo(Duration.ofHours(9 * 24 + 12));
        List<Integer> made =
                await(Future.all(atNight.runOnce(), elsewhere.runOnce())).list();

        assertThat(made).containsExactlyInAnyOrder(0, 1);
        assertThat(test.get("SELECT row(count(*), max(requested_by)) FROM cleanup"))
                .isEqualTo("(1,retention-policy)");
        RetentionPolicy policy = await(policies.all()).get(0);
        assertThat(policy.fromConfiguration()).isTrue();
        assertThat(policy.overdue()).isEqualTo(20);
        assertThat(policy.lastCleanupId()).isNotNull();
        assertThat(policy.lastRunAt()).isEqualTo(night.instant());
    }

    @Test
    void letsAPolicyThatSomebodySetReplaceTheConfiguredOne() {
        PolicyStore policies = new PolicyStore(database);
        await(policies.setDefault(Duration.ofDays(30), null));
        await(bus.request(new SetRetentionPolicy(operator, null, null, true, Set.of(), Duration.ofDays(60), null)));

        await(policies.setDefault(Duration.ofDays(30), null));
        await(policies.setDefault(null, null));

        assertThat(await(policies.all())).singleElement().satisfies(policy -> assertThat(policy.keepFor())
                .isEqualTo(Duration.ofDays(60)));
    }

    private static RequestCleanup request(
            Viewer viewer, @Nullable Duration olderThan, Set<ExecutionStatus> statuses, boolean dryRun) {
        return new RequestCleanup(viewer, olderThan, null, statuses, null, null, false, null, false, dryRun);
    }

    private RequestCleanup allOwners(Duration olderThan, boolean dryRun) {
        return new RequestCleanup(operator, olderThan, null, Set.of(), null, null, false, null, true, dryRun);
    }

    private static CleanupCriteria criteria(String owner) {
        return new CleanupCriteria(Instant.now(), Set.of(), null, owner, null, false);
    }

    private static Begun begin(CleanupStore store, CleanupCriteria criteria) {
        return await(store.create(criteria, String.valueOf(criteria.owner()))
                        .compose(made -> store.asCleaner(session -> session.begin(made, 2000))))
                .orElseThrow();
    }

    private Cleaner cleaner(Vertx vertx, CleanupStore store) {
        return Runs.cleaner(vertx, bus, store, CONFIG, Clock.systemUTC());
    }

    private void assertThatRowsAndRollupsAgree() throws SQLException {
        assertThat(test.get("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isEqualTo("0");
        String present = "sum(running), sum(success - success_deleted), sum(failed - failed_deleted), "
                + "sum(cancelled - cancelled_deleted), sum(crashed - crashed_deleted)";
        String counted = "count(*) FILTER (WHERE status = 1), count(*) FILTER (WHERE status = 2), "
                + "count(*) FILTER (WHERE status = 3), count(*) FILTER (WHERE status = 4), "
                + "count(*) FILTER (WHERE status = 5)";
        for (String rollups : List.of("execution_rollup", "execution_total")) {
            assertThat(test.get("SELECT row(" + present + ") FROM " + rollups))
                    .isEqualTo(test.get("SELECT row(" + counted + ") FROM execution"));
        }
    }

    private void assertThatTheLedgerIsEmpty() throws SQLException {
        assertThat(test.get("SELECT (SELECT count(*) FROM cleanup) + (SELECT count(*) FROM cleanup_rule) "
                        + "+ (SELECT count(*) FROM cleanup_keep) + (SELECT count(*) FROM cleanup_spared)"))
                .isEqualTo("0");
    }

    private static String day(int daysAgo) {
        return LocalDate.now(ZoneOffset.UTC).minusDays(daysAgo).toString().replace("-", "");
    }

    private void assertThatNothingIsLeftOver() throws SQLException {
        assertThat(
                        test.get(
                                "SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '_(next|gone)$') "
                                        + "+ (SELECT count(*) FROM pg_trigger WHERE tgname = 'runlog_change') "
                                        + "+ (SELECT count(*) FROM partition_change) + (SELECT count(*) FROM cleanup_rule) "
                                        + "+ (SELECT count(*) FROM step s WHERE NOT EXISTS (SELECT FROM execution e WHERE e.id = s.execution_id))"))
                .isEqualTo("0");
    }

    private static String partition(int daysAgo) {
        return "execution_"
                + LocalDate.ofInstant(Instant.now().minus(Duration.ofDays(daysAgo)), ZoneOffset.UTC)
                        .toString()
                        .replace("-", "");
    }

    /** Who reads there is not in the way until the files are to go. */
    private String largeValuesOf(int daysAgo) throws SQLException {
        return test.get("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = '" + partition(daysAgo) + "'");
    }

    private List<String> ids(String sql) throws SQLException {
        String joined = test.get("SELECT string_agg(id::text, ',') FROM (" + sql + ") ids");
        return List.of(joined.split(","));
    }

    private Cleanup run(RequestCleanup request) {
        Cleanup entered = await(bus.request(request));
        return await(ending(entered.id()).future());
    }

    private Promise<Cleanup> ending(UUID id) {
        return over.computeIfAbsent(id, none -> Promise.promise());
    }

    private ErrorCode codeOf(dev.runlog.contract.bus.Request<?> request) {
        Throwable failure = awaitFailure((Future<?>) bus.request(request));
        assertThat(failure).isInstanceOf(RunlogException.class);
        return ((RunlogException) failure).code();
    }

    private String rows() throws SQLException {
        return test.get("SELECT count(*) FROM execution");
    }

    private void seed(String of, int runs, int daysAgo, String status) throws SQLException {
        Runs.seed(test, of, runs, daysAgo, status);
    }
}
