package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.ExecutionStatus;
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
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import dev.runlog.storage.plan.CleanupDay;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which executions a cleanup deletes, and how it ends, pauses and resumes. */
final class CleanupTest extends RetentionTestCase {
    @Test
    void deletesWhatADryRunReportsAndUpdatesTheRollups() throws SQLException {
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
        assertThat(rows()).isEqualTo(20);
        assertThat(test.count("SELECT count(*) FROM step")).isEqualTo(20);
        assertThat(test.count("SELECT sum(success) FROM execution_rollup")).isEqualTo(130);
        assertThat(test.count("SELECT sum(success_deleted) FROM execution_rollup"))
                .isEqualTo(130);
        assertThat(test.count("SELECT sum(failed) FROM execution_rollup")).isEqualTo(50);
        assertThat(test.count("SELECT sum(failed_deleted) FROM execution_rollup"))
                .isEqualTo(30);
    }

    @Test
    void sparesRunningAndHeldExecutionsAndChildrenOfRunningOnes() throws SQLException {
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
        assertThat(rows()).isEqualTo(4);
    }

    @Test
    void marksHeldExecutionsInTheListOfFailures() throws SQLException {
        seed(owner, 2, 40, "FAILED");
        UUID id = UUID.fromString(test.get("SELECT id FROM execution ORDER BY id LIMIT 1"));

        await(bus.request(new HoldExecution(alice, id, true, "audit")));
        assertThat(test.list("SELECT id FROM unsuccessful WHERE held")).containsExactly(id.toString());

        await(bus.request(new HoldExecution(alice, id, false, null)));
        assertThatRowsAndRollupsAgree();
    }

    /** Failures are looked up in their list, which is not partitioned by day. */
    @Test
    void deletesFailuresOfOneDayPerBatch() throws SQLException {
        for (int daysAgo = 38; daysAgo <= 40; daysAgo++) {
            seed(owner, 15, daysAgo, "FAILED");
            seed(owner, 30, daysAgo, "SUCCESS");
        }
        StartedCleanup work = begin(CleanupCriteria.startedBefore(Instant.now())
                .withStatuses(Set.of(ExecutionStatus.FAILED))
                .withOwner(owner));

        for (CleanupDay day : work.days()) {
            CleanupSession.Batch batch = await(store.asCleaner(
                            session -> session.deleteBatch(work.cleanup(), day.day(), null, 100, false)))
                    .orElseThrow();
            assertThat(batch.rows()).isEqualTo(day.deletable());
            assertThat(batch.skipped()).isZero();
        }

        assertThat(test.count("SELECT count(*) FROM execution WHERE status = 3"))
                .isZero();
        assertThat(rows()).isEqualTo(90);
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void deletesOnlyOwnExecutionsUnlessAnOperatorRequestsAll() throws SQLException {
        seed(owner, 5, 40, "FAILED");
        seed("bob", 7, 40, "FAILED");

        assertThat(run(request(alice, Duration.ofDays(1), Set.of(ExecutionStatus.FAILED), false))
                        .deleted())
                .isEqualTo(5);
        assertThat(rows()).isEqualTo(7);
        assertThat(codeOf(RequestCleanup.builder(alice)
                        .olderThan(Duration.ofDays(1))
                        .allOwners(true)
                        .build()))
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
    void resumesAfterACrash() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed("bob", 200, 40, "SUCCESS");
        StartedCleanup work = begin(criteria(owner));
        Cleanup started = work.cleanup();
        await(store.asCleaner(
                session -> session.deleteBatch(started, work.days().get(0).day(), null, 50, false)));

        await(cleaner().runOnce());

        Cleanup done = await(ledger.get(started.id()));
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.matched()).isEqualTo(120);
        assertThat(done.deleted()).isEqualTo(120);
        assertThat(test.count("SELECT sum(success_deleted) FROM execution_rollup"))
                .isEqualTo(120);
        assertThat(rows()).isEqualTo(200);
    }

    @Test
    void stopsBetweenBatchesWhenCancelled() throws SQLException {
        seed(owner, 60, 40, "SUCCESS");
        StartedCleanup work = begin(criteria(owner));
        Cleanup started = work.cleanup();
        List<CleanupDay> days = work.days();
        await(store.asCleaner(
                session -> session.deleteBatch(started, days.get(0).day(), null, 10, false)));

        Cleanup cancelled = await(bus.request(new CancelCleanup(alice, started.id())));

        assertThat(cancelled.state()).isEqualTo(Cleanup.State.CANCELLED);
        assertThat(await(store.asCleaner(session ->
                                session.deleteBatch(started, days.get(0).day(), null, 10, false)))
                        .orElseThrow()
                        .open())
                .isFalse();
        assertThat(await(store.asCleaner(session -> session.rewrite(started, days.get(0))))
                        .orElseThrow())
                .isFalse();
        assertThat(rows()).isEqualTo(50);
    }

    @Test
    void retriesLockedRows() throws Exception {
        seed(owner, 10, 40, "SUCCESS");
        seed("bob", 200, 40, "SUCCESS");
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT * FROM execution WHERE owner_id = (SELECT id FROM owner WHERE subject = '" + owner
                    + "') ORDER BY id LIMIT 3 FOR UPDATE");
            Promise<Void> sevenDeleted = Promise.promise();
            bus.subscribe(CleanupProgressed.class, event -> {
                if (event.cleanup().deleted() == 7) {
                    sevenDeleted.tryComplete();
                }
            });

            Cleanup created = await(bus.request(request(alice, Duration.ofDays(1), Set.of(), false)));
            await(sevenDeleted.future());
            connection.rollback();

            assertThat(await(ending(created.id()).future()).deleted()).isEqualTo(10);
        }
    }

    @Test
    void keepsTheNewestOfEachWorkflow() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        seed(owner, 5, 2, "SUCCESS");
        seed("bob", 3, 40, "SUCCESS");

        Cleanup dry = await(bus.request(keepingTheLast(8).dryRun(true).build()));
        Cleanup real = run(keepingTheLast(8).build());

        assertThat(real.deleted()).isEqualTo(27).isEqualTo(dry.matched());
        assertThat(dry.preview().spared().keptLast()).isEqualTo(11);
        assertThat(rows()).isEqualTo(11);
        assertThatRowsAndRollupsAgree();
    }

    /** In floating point, two sevenths plus five sevenths of a day are slightly more than the whole day. */
    @Test
    void keepsOnlyTheNewestExecutionOfADay() throws SQLException {
        seed(owner, 5, 40, "SUCCESS");
        seed(owner, 2, 40, "FAILED");

        Cleanup cleanup = run(keepingTheLast(1).build());

        assertThat(cleanup.deleted()).isEqualTo(6);
        assertThat(rows()).isEqualTo(1);
        assertThatRowsAndRollupsAgree();
    }

    private RequestCleanup.Builder keepingTheLast(int executions) {
        return RequestCleanup.builder(operator)
                .olderThan(Duration.ofDays(1))
                .keepLast(executions)
                .allOwners(true);
    }

    @Test
    void sparesWhatAPolicyKeepsLongerUnlessItIgnoresPolicies() throws SQLException {
        seed(owner, 10, 40, "SUCCESS");
        seed(owner, 4, 40, "FAILED");
        await(bus.request(new SetRetentionPolicy(
                alice, null, null, false, Set.of(ExecutionStatus.FAILED), Duration.ofDays(90), null)));

        Cleanup dry = await(bus.request(request(alice, Duration.ofDays(30), Set.of(), true)));
        Cleanup spared = run(request(alice, Duration.ofDays(30), Set.of(), false));
        Cleanup rest = run(RequestCleanup.builder(alice)
                .olderThan(Duration.ofDays(30))
                .ignorePolicies(true)
                .build());

        assertThat(dry.preview().spared().keptByPolicy()).isEqualTo(4);
        assertThat(spared.deleted()).isEqualTo(10).isEqualTo(dry.matched());
        assertThat(rest.deleted()).isEqualTo(4);
    }

    @Test
    void leavesNothingBehindAfterAFailedDryRun() throws SQLException {
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
    void leavesNothingBehindAfterAPreview() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        seed(owner, 1, 40, "RUNNING");
        await(bus.request(new SetRetentionPolicy(alice, null, null, false, Set.of(), Duration.ofDays(90), 10)));
        CleanupCriteria criteria = CleanupCriteria.startedBefore(Instant.now()).withKeepLast(20);

        CleanupPreview found = await(store.preview(criteria, null, 1000));

        assertThat(found.executions()).isZero();
        assertThat(found.spared().running()).isEqualTo(1);
        assertThatTheLedgerIsEmpty();
    }

    @Test
    void rejectsInvalidAndTooFrequentRequests() {
        assertThat(codeOf(RequestCleanup.builder(alice).build())).isEqualTo(ErrorCode.BAD_INPUT);
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
}
