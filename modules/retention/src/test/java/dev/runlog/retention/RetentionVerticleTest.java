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
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.CleanupStore;
import dev.runlog.storage.Database;
import dev.runlog.storage.DatabaseConfig;
import dev.runlog.storage.PolicyStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class RetentionVerticleTest {
    private static final RetentionConfig CONFIG = new RetentionConfig(50, 0, 5, 10, Duration.ofHours(1));

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
        test.execute("DELETE FROM step; DELETE FROM execution; DELETE FROM execution_daily; DELETE FROM cleanup; "
                + "DELETE FROM retention_policy");
        this.database = open(vertx);
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
        assertThat(dry.matched()).isEqualTo(160).isEqualTo(dry.deleted());
        assertThat(real.matched()).isEqualTo(160);
        assertThat(real.deleted()).isEqualTo(160);
        assertThat(real.bytes()).isEqualTo(dry.bytes()).isPositive();
        assertThat(rows()).isEqualTo("20");
        assertThat(test.get("SELECT count(*) FROM step")).isEqualTo("20");
        assertThat(
                        test.get(
                                "SELECT row(sum(success), sum(success_deleted), sum(failed), sum(failed_deleted)) FROM execution_daily"))
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
    void touchesNobodyElsesUnlessAnOperatorAsksForAll() throws SQLException {
        seed(owner, 5, 40, "FAILED");
        seed("bob", 7, 40, "FAILED");

        assertThat(run(request(alice, Duration.ofDays(1), Set.of(ExecutionStatus.FAILED), false))
                        .deleted())
                .isEqualTo(5);
        assertThat(rows()).isEqualTo("7");
        assertThat(codeOf(new RequestCleanup(alice, Duration.ofDays(1), null, Set.of(), null, true, false)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        Cleanup all = run(new RequestCleanup(operator, Duration.ofDays(1), null, Set.of(), null, true, false));
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
        CleanupStore store = new CleanupStore(database);
        Cleanup begun = await(store.create(
                        new dev.runlog.contract.retention.CleanupCriteria(Instant.now(), Set.of(), null, owner),
                        false,
                        owner,
                        null)
                .compose(made -> store.begin(made.id(), 120)));
        await(store.deleteBatch(begun, null, 50));

        await(new Cleaner(vertx, bus, store, CONFIG, new SimpleMeterRegistry()).runOnce());

        Cleanup done = await(store.get(begun.id()));
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.matched()).isEqualTo(120);
        assertThat(done.deleted()).isEqualTo(120);
        assertThat(test.get("SELECT sum(success_deleted) FROM execution_daily")).isEqualTo("120");
    }

    @Test
    void stopsBetweenTwoBatchesWhenItIsCancelled() throws SQLException {
        seed(owner, 60, 40, "SUCCESS");
        CleanupStore store = new CleanupStore(database);
        Cleanup begun = await(store.create(
                        new dev.runlog.contract.retention.CleanupCriteria(Instant.now(), Set.of(), null, owner),
                        false,
                        owner,
                        null)
                .compose(made -> store.begin(made.id(), 60)));
        await(store.deleteBatch(begun, null, 10));

        Cleanup cancelled = await(bus.request(new CancelCleanup(alice, begun.id())));

        assertThat(cancelled.state()).isEqualTo(Cleanup.State.CANCELLED);
        assertThat(await(store.deleteBatch(begun, null, 10)).open()).isFalse();
        assertThat(rows()).isEqualTo("50");
    }

    @Test
    void skipsRowsThatAreBeingWritten(Vertx vertx) throws Exception {
        seed(owner, 10, 40, "SUCCESS");
        try (var connection = test.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT * FROM execution ORDER BY id LIMIT 3 FOR UPDATE");

            assertThat(run(request(alice, Duration.ofDays(1), Set.of(), false)).deleted())
                    .isEqualTo(7);
            connection.rollback();
        }
    }

    @Test
    void refusesWhatMakesNoSenseOrComesTooOften() {
        assertThat(codeOf(new RequestCleanup(alice, null, null, Set.of(), null, false, false)))
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
    void letsTheMostSpecificPolicyDecide() throws SQLException {
        seed(owner, 4, 40, "SUCCESS");
        seed(owner, 5, 40, "FAILED");
        seed("bob", 6, 40, "SUCCESS");
        await(bus.request(new SetRetentionPolicy(operator, null, true, Set.of(), Duration.ofDays(60))));
        await(bus.request(new SetRetentionPolicy(alice, null, false, Set.of(), Duration.ofDays(30))));
        await(bus.request(
                new SetRetentionPolicy(alice, null, false, Set.of(ExecutionStatus.FAILED), Duration.ofDays(90))));
        PolicyRun policies = new PolicyRun(new PolicyStore(database), new CleanupStore(database), Clock.systemUTC());

        assertThat(await(policies.runOnce())).isEqualTo(1);
        Cleanup made = await(new CleanupStore(database).findOpen()).orElseThrow();
        await(new Cleaner(
                        Vertx.currentContext() == null
                                ? Vertx.vertx()
                                : Vertx.currentContext().owner(),
                        bus,
                        new CleanupStore(database),
                        CONFIG,
                        new SimpleMeterRegistry())
                .runOnce());

        assertThat(await(new CleanupStore(database).get(made.id())).deleted()).isEqualTo(4);
        assertThat(test.get("SELECT string_agg(status::text, '' ORDER BY status) FROM execution"))
                .isEqualTo("22222233333");
    }

    private static RequestCleanup request(
            Viewer viewer, @Nullable Duration olderThan, Set<ExecutionStatus> statuses, boolean dryRun) {
        return new RequestCleanup(viewer, olderThan, null, statuses, null, false, dryRun);
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

    /** Runs of some days ago with a step each, in the rollups as recording leaves them. */
    private void seed(String of, int runs, int daysAgo, String status) throws SQLException {
        int number = ExecutionStatus.valueOf(status).number();
        StringBuilder ids = new StringBuilder();
        Instant start = Instant.now()
                .minus(Duration.ofDays(daysAgo))
                .truncatedTo(java.time.temporal.ChronoUnit.DAYS)
                .plusSeconds(3600);
        for (int i = 0; i < runs; i++) {
            ids.append(i == 0 ? "" : ",")
                    .append("('")
                    .append(Ids.at(start.plusMillis(i)))
                    .append("'::uuid)");
        }
        String day = start.toString().substring(0, 10);
        test.execute("SELECT ensure_day_partitions('" + day + "');"
                + "INSERT INTO owner (subject) VALUES ('" + of + "') ON CONFLICT DO NOTHING;"
                + "INSERT INTO workflow (id, owner_id, key, name) SELECT '" + Ids.next()
                + "', id, 'w', 'w' FROM owner WHERE subject = '" + of + "' ON CONFLICT DO NOTHING;"
                + "INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis, payload) "
                + "SELECT n.id, w.id, w.owner_id, " + number + ", " + (number == 1 ? "NULL, -1" : "now(), 5")
                + ", '{\"a\":1}' "
                + "FROM (VALUES " + ids + ") n (id), workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '"
                + of + "';"
                + "INSERT INTO step (execution_id, index, status, name) SELECT n.id, 0, 2, 's' FROM (VALUES " + ids
                + ") n (id);"
                + "INSERT INTO execution_daily (owner_id, workflow_id, day, "
                + status.toLowerCase(java.util.Locale.ROOT) + ") "
                + "SELECT w.owner_id, w.id, '" + day + "', " + runs
                + " FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '" + of + "' "
                + "ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET " + status.toLowerCase(java.util.Locale.ROOT)
                + " = execution_daily." + status.toLowerCase(java.util.Locale.ROOT) + " + " + runs);
    }

    private Database open(Vertx vertx) {
        return Database.open(
                vertx,
                new DatabaseConfig(
                        test.url(),
                        4,
                        100,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(7),
                        16,
                        64),
                new SimpleMeterRegistry());
    }
}
