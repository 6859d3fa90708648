package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits on the requests of one caller, so that others are still served. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class CleanupBoundsTest {
    private static final RetentionConfig CONFIG = Configs.with(0, "", Duration.ofHours(1));

    private final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.CLEANUP));
    private final Viewer bob = new Viewer("bob-" + Ids.next(), Set.of(Scope.CLEANUP));
    private final List<Cleanup> announced = new CopyOnWriteArrayList<>();
    private final Promise<Void> bobIsDone = Promise.promise();
    private TestDatabase test;
    private CleanupStore store;
    private CleanupLedger ledger;
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        test.execute("DROP FUNCTION IF EXISTS refill CASCADE");
        Runs.clear(test);
        Database opened = Runs.open(vertx, test);
        store = new CleanupStore(opened);
        ledger = new CleanupLedger(opened);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        bus.subscribe(CleanupProgressed.class, event -> {
            announced.add(event.cleanup());
            if (event.cleanup().requestedBy().equals(bob.subject())
                    && event.cleanup().state().isOver()) {
                bobIsDone.tryComplete();
            }
        });
        await(vertx.deployVerticle(
                new RetentionVerticle(bus, opened, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry())));
    }

    @Test
    void storesNothingForADryRun() throws SQLException {
        Runs.seed(test, alice.subject(), 10, 40, "SUCCESS");

        Cleanup dryRun = await(bus.request(request(alice, true)));

        assertThat(dryRun.dryRun()).isTrue();
        assertThat(dryRun.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(dryRun.matched()).isEqualTo(10);
        assertThat(dryRun.deleted()).isZero();
        assertThat(await(bus.request(new LoadCleanups(alice, List.of(dryRun.id()))))
                        .cleanups())
                .isEmpty();
        assertThat(await(bus.request(new ListCleanups(alice, PageRequest.first(10))))
                        .total())
                .isZero();
        assertThat(announced).isEmpty();
        assertThat(test.count("SELECT count(*) FROM execution")).isEqualTo(10);
    }

    @Test
    void storesWhatACleanupSparedAndWhy() throws SQLException {
        Runs.seed(test, bob.subject(), 3, 40, "RUNNING");
        Runs.seed(test, bob.subject(), 2, 40, "SUCCESS");
        UUID held = UUID.fromString(test.get("SELECT id FROM execution WHERE status = 2 LIMIT 1"));
        await(bus.request(new HoldExecution(bob, held, true, "audit")));

        Cleanup cleanup = await(bus.request(request(bob, false)));
        await(bobIsDone.future());

        Cleanup ended = await(ledger.get(cleanup.id()));
        assertThat(ended.deleted()).isEqualTo(1).isEqualTo(ended.matched());
        assertThat(ended.preview().spared()).isEqualTo(new Spared(3, 1, 0, 0, 0));
    }

    @Test
    void endsWhileAClientKeepsRecordingPastExecutions() throws Exception {
        Runs.seed(test, alice.subject(), 120, 40, "FAILED");
        Runs.seed(test, alice.subject(), 300, 40, "SUCCESS");
        Runs.seed(test, alice.subject(), 120, 39, "FAILED");
        Runs.seed(test, alice.subject(), 300, 39, "SUCCESS");
        Runs.seed(test, bob.subject(), 5, 40, "FAILED");
        Runs.seed(test, bob.subject(), 5, 38, "SUCCESS");
        // Each deletion records another execution, started one second later on the same day, ahead of the cleanup.
        String trigger = "CREATE TRIGGER refill AFTER DELETE ON execution_%s FOR EACH ROW WHEN (OLD.status = 3) "
                + "EXECUTE FUNCTION refill();";
        test.execute("""
                CREATE FUNCTION refill() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  WITH filled AS (
                    INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis)
                    SELECT (left(uuid_v7_floor(started.at + interval '1 s')::text, 14)
                            || substr(OLD.id::text, 15))::uuid, OLD.workflow_id, OLD.owner_id, 3, now(), 5
                    FROM (SELECT to_timestamp(('x0000' || left(replace(OLD.id::text, '-', ''), 12))::bit(64)::bigint
                                              / 1000.0) AS at) started
                    RETURNING *)
                  INSERT INTO unsuccessful_execution (id, workflow_id, owner_id, status, attempt, held, truncated,
                                                      finished_at, duration_millis)
                  SELECT id, workflow_id, owner_id, status, attempt, held, truncated, finished_at, duration_millis
                  FROM filled;
                  RETURN NULL;
                END $$;
                """ + trigger.formatted(day(40)) + trigger.formatted(day(39)));

        Cleanup requested = await(bus.request(RequestCleanup.builder(alice)
                .olderThan(Duration.ofDays(30))
                .statuses(Set.of(ExecutionStatus.FAILED))
                .build()));
        await(bus.request(request(bob, false)));
        await(bobIsDone.future());

        Cleanup ended = await(ledger.get(requested.id()));
        assertThat(ended.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(ended.matched()).isEqualTo(240);
        assertThat(ended.deleted()).isEqualTo(240);
    }

    @Test
    void keepsRowsWrittenAfterItBegan() throws SQLException {
        Runs.seed(test, alice.subject(), 60, 40, "SUCCESS");
        CleanupSession.Batch[] batches = new CleanupSession.Batch[2];

        await(store.asCleaner(session -> ledger.create(criteria(alice), "nobody")
                .compose(created -> session.begin(created, 2000))
                .compose(started -> {
                    LocalDate day = started.days().get(0).day();
                    seedUnchecked(alice.subject(), 70);
                    return session.deleteBatch(started.cleanup(), day, null, 1000, false)
                            .onSuccess(batch -> batches[0] = batch)
                            .compose(batch -> session.deleteBatch(started.cleanup(), day, null, 1000, false))
                            .onSuccess(batch -> batches[1] = batch);
                })));

        assertThat(batches[0].rows()).isEqualTo(60);
        assertThat(batches[1].last()).isNull();
        assertThat(test.count("SELECT count(*) FROM execution")).isEqualTo(70);
    }

    @Test
    void servesCallersInTurn() throws SQLException {
        List<String> served = new ArrayList<>();
        try (Connection cleaner = lockOutCleaners()) {
            for (String caller : List.of("flood", "flood", "flood", "alice", "bob")) {
                await(ledger.create(criteria(alice), caller));
            }
            for (Optional<Cleanup> next = await(ledger.findOpen(true));
                    next.isPresent();
                    next = await(ledger.findOpen(true))) {
                UUID id = next.get().id();
                test.execute("UPDATE cleanup SET state = 2, started_at = clock_timestamp() WHERE id = '" + id + "'");
                assertThat(await(ledger.findOpen(true)).orElseThrow().id()).isEqualTo(id);
                served.add(next.get().requestedBy());
                await(ledger.complete(id));
            }
            assertThat(cleaner.isClosed()).isFalse();
        }

        assertThat(served).containsExactly("flood", "alice", "bob", "flood", "flood");
    }

    @Test
    void limitsTheShareOfACallerInTheQueue() throws SQLException {
        try (Connection cleaner = lockOutCleaners()) {
            for (int i = 0; i < 5; i++) {
                await(ledger.create(criteria(alice), alice.subject()));
            }

            RunlogException refused = refusal(request(alice, false));
            Cleanup taken = await(bus.request(request(bob, false)));

            assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refused).hasMessageContaining("retention.queue-max is 10");
            assertThat(taken.state()).isEqualTo(Cleanup.State.PENDING);
            assertThat(cleaner.isClosed()).isFalse();
        }
    }

    @Test
    void limitsThePoliciesOfAnOwner() {
        SetRetentionPolicy first = policy(ExecutionStatus.FAILED, 90);
        await(bus.request(first));
        await(bus.request(policy(ExecutionStatus.SUCCESS, 90)));
        await(bus.request(policy(ExecutionStatus.CANCELLED, 90)));

        RunlogException refused = refusal(policy(ExecutionStatus.CRASHED, 90));
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(refused).hasMessageContaining("retention.policies-max");
        assertThat(await(bus.request(policy(ExecutionStatus.FAILED, 30))).keepFor())
                .isEqualTo(Duration.ofDays(30));
    }

    @Test
    void limitsTheHeldExecutionsOfAnOwner() throws SQLException {
        Runs.seed(test, alice.subject(), 3, 40, "SUCCESS");
        Runs.seed(test, bob.subject(), 1, 40, "SUCCESS");
        List<UUID> own = idsOf(alice);
        await(bus.request(new HoldExecution(alice, own.get(0), true, null)));
        await(bus.request(new HoldExecution(alice, own.get(1), true, null)));

        RunlogException refused = refusal(new HoldExecution(alice, own.get(2), true, null));
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(refused).hasMessageContaining("retention.holds-max");
        assertThat(test.count("SELECT count(*) FROM execution WHERE held")).isEqualTo(2);

        await(bus.request(new HoldExecution(alice, own.get(1), true, "again")));
        await(bus.request(new HoldExecution(bob, idsOf(bob).get(0), true, null)));
        await(bus.request(new HoldExecution(alice, own.get(0), false, null)));
        await(bus.request(new HoldExecution(alice, own.get(2), true, null)));
        assertThat(test.count("SELECT count(*) FROM execution WHERE held")).isEqualTo(3);
    }

    private SetRetentionPolicy policy(ExecutionStatus status, int days) {
        return new SetRetentionPolicy(alice, null, null, false, Set.of(status), Duration.ofDays(days), null);
    }

    private RunlogException refusal(Request<?> request) {
        return (RunlogException) awaitFailure((Future<?>) bus.request(request));
    }

    private List<UUID> idsOf(Viewer viewer) throws SQLException {
        return test
                .list("SELECT e.id FROM execution e JOIN owner o ON o.id = e.owner_id WHERE o.subject = '"
                        + viewer.subject() + "'")
                .stream()
                .map(UUID::fromString)
                .toList();
    }

    /** Prevents cleanups from running until the connection is closed. */
    private Connection lockOutCleaners() throws SQLException {
        Connection connection = test.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(hashtext('runlog.cleanup'))");
        }
        return connection;
    }

    private void seedUnchecked(String owner, int runs) {
        try {
            Runs.seed(test, owner, runs, 40, "SUCCESS");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static RequestCleanup request(Viewer viewer, boolean dryRun) {
        return RequestCleanup.builder(viewer)
                .olderThan(Duration.ofDays(30))
                .dryRun(dryRun)
                .build();
    }

    private static CleanupCriteria criteria(Viewer viewer) {
        return CleanupCriteria.startedBefore(Instant.now()).withOwner(viewer.subject());
    }

    private static String day(int daysAgo) {
        return LocalDate.now(ZoneOffset.UTC).minusDays(daysAgo).toString().replace("-", "");
    }
}
