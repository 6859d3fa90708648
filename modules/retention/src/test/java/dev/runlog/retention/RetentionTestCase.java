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
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.StatusTotals;
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
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Deploys retention on a test database, and has assertions for both. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
abstract class RetentionTestCase {
    static final RetentionConfig CONFIG = Configs.with(0, "", Duration.ofHours(1));

    final ConcurrentHashMap<UUID, Promise<Cleanup>> over = new ConcurrentHashMap<>();
    final String owner = "alice-" + Ids.next();
    final Viewer alice = new Viewer(owner, Set.of(Scope.CLEANUP));
    final Viewer operator = new Viewer("operator-" + Ids.next(), Set.of(Scope.OPS));
    TestDatabase test;
    Database database;
    CleanupStore store;
    CleanupLedger ledger;
    Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        this.test = database;
        Runs.clear(test);
        this.database = Runs.open(vertx, test);
        store = new CleanupStore(this.database);
        ledger = new CleanupLedger(this.database);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().state().isOver()) {
                ending(event.cleanup().id()).tryComplete(event.cleanup());
            }
        });
        await(vertx.deployVerticle(
                new RetentionVerticle(bus, this.database, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry())));
    }

    static RequestCleanup request(
            Viewer viewer, @Nullable Duration olderThan, Set<ExecutionStatus> statuses, boolean dryRun) {
        return RequestCleanup.builder(viewer)
                .olderThan(olderThan)
                .statuses(statuses)
                .dryRun(dryRun)
                .build();
    }

    RequestCleanup allOwners(Duration olderThan, boolean dryRun) {
        return RequestCleanup.builder(operator)
                .olderThan(olderThan)
                .allOwners(true)
                .dryRun(dryRun)
                .build();
    }

    static CleanupCriteria criteria(String owner) {
        return CleanupCriteria.startedBefore(Instant.now()).withOwner(owner);
    }

    StartedCleanup begin(CleanupCriteria criteria) {
        return await(ledger.create(criteria, String.valueOf(criteria.owner()))
                        .compose(made -> store.asCleaner(session -> session.begin(made, 2000))))
                .orElseThrow();
    }

    Cleaner cleaner() {
        return Runs.cleaner(bus, database, CONFIG, Clock.systemUTC());
    }

    void assertThatRowsAndRollupsAgree() throws SQLException {
        assertThat(test.count("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isZero();
        for (String rollups : List.of("execution_rollup", "execution_total")) {
            assertThat(StatusTotals.ofRollups(test, rollups)).isEqualTo(StatusTotals.ofRows(test));
        }
    }

    void assertThatTheLedgerIsEmpty() throws SQLException {
        assertThat(test.count("SELECT (SELECT count(*) FROM cleanup) + (SELECT count(*) FROM cleanup_rule) "
                        + "+ (SELECT count(*) FROM cleanup_keep) + (SELECT count(*) FROM cleanup_spared)"))
                .isZero();
    }

    static String day(int daysAgo) {
        return LocalDate.now(ZoneOffset.UTC).minusDays(daysAgo).toString().replace("-", "");
    }

    void assertThatNothingIsLeftOver() throws SQLException {
        assertThat(
                        test.count(
                                "SELECT (SELECT count(*) FROM pg_class WHERE relname ~ '_(next|gone)$') "
                                        + "+ (SELECT count(*) FROM pg_trigger WHERE tgname = 'runlog_change') "
                                        + "+ (SELECT count(*) FROM partition_change) + (SELECT count(*) FROM cleanup_rule) "
                                        + "+ (SELECT count(*) FROM step s WHERE NOT EXISTS (SELECT FROM execution e WHERE e.id = s.execution_id))"))
                .isZero();
    }

    static String partition(int daysAgo) {
        return "execution_"
                + LocalDate.ofInstant(Instant.now().minus(Duration.ofDays(daysAgo)), ZoneOffset.UTC)
                        .toString()
                        .replace("-", "");
    }

    /** A reader of this TOAST table blocks only the removal of the files. */
    String largeValuesOf(int daysAgo) throws SQLException {
        return test.get("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = '" + partition(daysAgo) + "'");
    }

    Cleanup run(RequestCleanup request) {
        Cleanup created = await(bus.request(request));
        return await(ending(created.id()).future());
    }

    Promise<Cleanup> ending(UUID id) {
        return over.computeIfAbsent(id, none -> Promise.promise());
    }

    ErrorCode codeOf(dev.runlog.contract.bus.Request<?> request) {
        Throwable failure = awaitFailure((Future<?>) bus.request(request));
        assertThat(failure).isInstanceOf(RunlogException.class);
        return ((RunlogException) failure).code();
    }

    long rows() throws SQLException {
        return test.count("SELECT count(*) FROM execution");
    }

    void seed(String subject, int runs, int daysAgo, String status) throws SQLException {
        Runs.seed(test, subject, runs, daysAgo, status);
    }
}
