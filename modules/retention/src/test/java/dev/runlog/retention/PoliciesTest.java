package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.ledger.PolicyStore;
import dev.runlog.storage.plan.HoldStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How policies interact with each other and with requested cleanups. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class PoliciesTest {
    private static final RetentionConfig CONFIG = Configs.with(0, "", Duration.ofHours(1));
    private static final Set<ExecutionStatus> ALL = Set.of();
    private static final Set<ExecutionStatus> FAILED = Set.of(ExecutionStatus.FAILED);
    /** Too few to count executions, so all figures come from rollups. */
    private static final int NO_ROWS = 1;

    private static final int ALL_ROWS = 1000;

    private TestDatabase test;
    private CleanupStore cleanups;
    private CleanupLedger ledger;
    private HoldStore holds;
    private PolicyStore policies;
    private Bus bus;
    private Cleaner cleaner;

    @BeforeEach
    void open(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        Runs.clear(test);
        Database opened = Runs.open(vertx, test);
        cleanups = new CleanupStore(opened);
        ledger = new CleanupLedger(opened);
        holds = new HoldStore(opened);
        policies = new PolicyStore(opened);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        cleaner = Runs.cleaner(bus, opened, CONFIG, Clock.systemUTC());
    }

    @Test
    void cancelTheirCleanupWhenChanged() throws SQLException {
        Runs.seed(test, "alice", 10, 40, "SUCCESS");
        set("alice", ALL, 30, null);
        Cleanup created = runPolicies().orElseThrow();

        set("alice", ALL, 30, null);
        assertThat(await(ledger.get(created.id())).state()).isEqualTo(Cleanup.State.PENDING);
        assertThat(await(policies.set(null, "alice", ALL, Duration.ofDays(60), null, null, 100))
                        .ended())
                .containsExactly(created.id());
        await(cleaner.runOnce());

        assertThat(await(ledger.get(created.id())).state()).isEqualTo(Cleanup.State.CANCELLED);
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void cancelTheirCleanupWhenDeleted() throws SQLException {
        Runs.seed(test, "alice", 10, 40, "SUCCESS");
        RetentionPolicy policy = set("alice", ALL, 30, null);
        Cleanup created = runPolicies().orElseThrow();

        assertThat(await(policies.delete(policy.id()))).containsExactly(created.id());
        await(cleaner.runOnce());

        assertThat(rows()).isEqualTo(10);
        assertThat(test.count("SELECT count(*) FROM cleanup_rule")).isZero();
    }

    @Test
    void cancelTheCleanupOfTheDefaultWhenItsConfigurationChanges() throws SQLException {
        Runs.seed(test, "alice", 10, 40, "SUCCESS");
        await(policies.setDefault(Duration.ofDays(30), null));
        Cleanup created = runPolicies().orElseThrow();

        await(policies.setDefault(Duration.ofDays(30), null));
        assertThat(await(ledger.get(created.id())).state()).isEqualTo(Cleanup.State.PENDING);
        await(policies.setDefault(null, null));

        assertThat(await(ledger.get(created.id())).state()).isEqualTo(Cleanup.State.CANCELLED);
    }

    @Test
    void allApplyToACleanupOfAnUnknownPolicy() throws SQLException {
        Runs.seed(test, "alice", 10, 40, "SUCCESS");
        Runs.seed(test, "bob", 5, 40, "SUCCESS");
        set("alice", ALL, 90, null);
        UUID id = Ids.next();
        test.execute("INSERT INTO cleanup (id, state, before, statuses, requested_by, policy_id) VALUES ('" + id
                + "', 1, now(), '{}', 'retention-policy', gen_random_uuid())");

        await(cleaner.runOnce());

        assertThat(await(ledger.get(id)).deleted()).isEqualTo(5);
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void keepChildrenOfTheNewestKeptByAMoreSpecificPolicy() throws SQLException {
        Runs.seed(test, "alice", "parents", 3, 40, "SUCCESS");
        Runs.seed(test, "alice", "children", 2, 39, "SUCCESS");
        String newest = test.get("SELECT e.id FROM execution e JOIN workflow w ON w.id = e.workflow_id "
                + "WHERE w.key = 'parents' ORDER BY e.id DESC LIMIT 1");
        String child = test.get("SELECT e.id FROM execution e JOIN workflow w ON w.id = e.workflow_id "
                + "WHERE w.key = 'children' ORDER BY e.id LIMIT 1");
        test.execute("UPDATE execution SET parent_id = '" + newest + "' WHERE id = '" + child + "'");
        setForWorkflow("parents", null, 1);
        set(null, ALL, 30, null);

        runPolicies();
        await(cleaner.runOnce());

        assertThat(test.list("SELECT id FROM execution ORDER BY id")).containsExactly(newest, child);
    }

    @Test
    void keepChildrenOfExecutionsKeptLongerByAMoreSpecificPolicy() throws SQLException {
        seedFamily();
        setForWorkflow("parents", 90, null);
        set(null, ALL, 30, null);

        runPolicies();
        await(cleaner.runOnce());

        assertThat(test.list("SELECT w.key FROM execution e JOIN workflow w ON w.id = e.workflow_id ORDER BY e.id"))
                .containsExactly("parents", "children", "grandchildren");
    }

    @Test
    void keepChildrenOfKeptExecutionsFromRequestedCleanups() throws SQLException {
        seedFamily();
        setForWorkflow("parents", 90, null);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(midnight(30)).withStatuses(ALL);
        CleanupCriteria ignoringPolicies =
                CleanupCriteria.startedBefore(midnight(30)).withStatuses(ALL).withIgnorePolicies(true);

        CleanupPreview rollups = await(cleanups.preview(criteria, null, NO_ROWS));
        CleanupPreview rows = await(cleanups.preview(criteria, null, ALL_ROWS));
        Cleanup cleanup = await(ledger.create(criteria, "operator"));
        await(cleaner.runOnce());

        assertThat(rows.executions()).isEqualTo(4);
        assertThat(rows.spared().children()).isEqualTo(2);
        assertThat(rows.spared().keptByPolicy()).isEqualTo(1);
        assertThat(rollups.byStatus()).isEqualTo(rows.byStatus());
        assertThat(rollups.spared()).isEqualTo(rows.spared());
        assertThat(await(ledger.get(cleanup.id())).deleted()).isEqualTo(4);
        assertThat(rows()).isEqualTo(3);
        assertThat(await(cleanups.preview(ignoringPolicies, null, ALL_ROWS)).executions())
                .isEqualTo(3);
        assertThat(test.count("SELECT count(*) FROM cleanup_spared")).isZero();
    }

    @Test
    void allowChildrenToBeDeletedWithTheirParent() throws SQLException {
        seedFamily();
        setForWorkflow("parents", 39, null);
        set(null, ALL, 30, null);

        runPolicies();
        await(cleaner.runOnce());
        await(ledger.create(CleanupCriteria.startedBefore(midnight(30)).withStatuses(ALL), "operator"));
        await(cleaner.runOnce());

        assertThat(rows()).isZero();
    }

    @Test
    void doNotReduceTheNewestThatACleanupKeeps() throws SQLException {
        Runs.seed(test, "alice", 10, 40, "SUCCESS");
        Runs.seed(test, "alice", 10, 35, "FAILED");
        set("alice", FAILED, 1, null);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(midnight(30))
                .withStatuses(ALL)
                .withOwner("alice")
                .withKeepLast(10);

        CleanupPreview rollups = await(cleanups.preview(criteria, null, NO_ROWS));
        CleanupPreview rows = await(cleanups.preview(criteria, null, ALL_ROWS));
        Cleanup cleanup = await(ledger.create(criteria, "alice"));
        await(cleaner.runOnce());

        assertThat(rows.executions()).isEqualTo(10);
        assertThat(rollups.executions()).isEqualTo(10);
        assertThat(await(ledger.get(cleanup.id())).deleted()).isEqualTo(10);
        assertThat(test.count("SELECT count(*) FROM execution WHERE status = 3"))
                .isEqualTo(10);
    }

    @Test
    void countAHeldExecutionOnlyOnce() throws SQLException {
        Runs.seed(test, "alice", 5, 40, "SUCCESS");
        Runs.seed(test, "bob", 5, 40, "SUCCESS");
        set("alice", ALL, 90, null);
        String held = test.get("SELECT e.id FROM execution e JOIN owner o ON o.id = e.owner_id "
                + "WHERE o.subject = 'alice' ORDER BY e.id LIMIT 1");
        await(holds.hold("alice", UUID.fromString(held), true, "audit", 100));
        CleanupCriteria criteria = CleanupCriteria.startedBefore(midnight(30)).withStatuses(ALL);

        CleanupPreview rollups = await(cleanups.preview(criteria, null, NO_ROWS));
        CleanupPreview rows = await(cleanups.preview(criteria, null, ALL_ROWS));

        assertThat(rows.executions()).isEqualTo(5);
        assertThat(rows.spared().held()).isEqualTo(1);
        assertThat(rows.spared().keptByPolicy()).isEqualTo(4);
        assertThat(rollups.byStatus()).isEqualTo(rows.byStatus());
        assertThat(rollups.spared()).isEqualTo(rows.spared());
    }

    @Test
    void doNotReportRunningExecutionsIfStatusesAreGiven() throws SQLException {
        Runs.seed(test, "alice", 2, 40, "RUNNING");
        Runs.seed(test, "alice", 5, 40, "FAILED");
        CleanupCriteria failed =
                CleanupCriteria.startedBefore(midnight(30)).withStatuses(FAILED).withOwner("alice");
        CleanupCriteria any =
                CleanupCriteria.startedBefore(midnight(30)).withStatuses(ALL).withOwner("alice");

        for (int rowsMax : new int[] {NO_ROWS, ALL_ROWS}) {
            assertThat(await(cleanups.preview(failed, null, rowsMax)).spared().running())
                    .isZero();
            assertThat(await(cleanups.preview(any, null, rowsMax)).spared().running())
                    .isEqualTo(2);
        }
    }

    @Test
    void runEvenIfAnotherPolicyFails() throws SQLException {
        Runs.seed(test, "alice", 5, 40, "SUCCESS");
        Runs.seed(test, "bob", 7, 40, "SUCCESS");
        RetentionPolicy failing = set("alice", ALL, 30, null);
        set("bob", ALL, 30, null);
        test.execute("ALTER TABLE cleanup ADD CONSTRAINT cleanup_refused CHECK (policy_id <> '" + failing.id() + "')");
        PolicyRun run = new PolicyRun(policies, cleanups, CONFIG, Clock.systemUTC());

        int created = await(run.runOnce());
        test.execute("ALTER TABLE cleanup DROP CONSTRAINT cleanup_refused");
        await(cleaner.runOnce());

        assertThat(created).isEqualTo(1);
        assertThat(run.overdue()).isEqualTo(12);
        assertThat(rows()).isEqualTo(5);
    }

    @Test
    void deleteWholeDaysIfTheyKeepWholeDays() {
        Instant now = Instant.parse("2026-03-31T12:34:56Z");

        assertThat(PolicyRun.bound(Duration.ofDays(30), now)).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(PolicyRun.bound(Duration.ofHours(36), now)).isEqualTo(Instant.parse("2026-03-30T00:34:56Z"));
        assertThat(PolicyRun.bound(null, now)).isEqualTo(now);
    }

    @Test
    void createCleanupsThatDoNotCountAsRequested() throws SQLException {
        Runs.seed(test, "alice", 5, 40, "SUCCESS");
        set("alice", ALL, 30, null);

        runPolicies();

        assertThat(await(ledger.countOpen("alice")).all()).isZero();
    }

    @Test
    void includeStepsInTheBytes() throws SQLException {
        Runs.seed(test, "alice", 2, 40, "SUCCESS");
        String one = test.get("SELECT id FROM execution ORDER BY id LIMIT 1");
        test.execute("UPDATE step SET output = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i) "
                + "WHERE execution_id = '" + one + "'");
        await(holds.hold(
                "alice", UUID.fromString(test.get("SELECT max(id::text) FROM execution")), true, "audit", 100));
        CleanupCriteria criteria =
                CleanupCriteria.startedBefore(Instant.now()).withStatuses(ALL).withOwner("alice");

        CleanupPreview preview = await(cleanups.preview(criteria, null, ALL_ROWS));
        Cleanup cleanup = await(ledger.create(criteria, "alice"));
        await(cleaner.runOnce());

        assertThat(preview.bytes()).isGreaterThan(5000);
        assertThat(await(ledger.get(cleanup.id())).bytes()).isEqualTo(preview.bytes());
    }

    /** Seeds a parent, child and grandchild in different workflows, and two others on the day of each descendant. */
    private void seedFamily() throws SQLException {
        Runs.seed(test, "alice", "parents", 1, 40, "SUCCESS");
        Runs.seed(test, "alice", "children", 3, 38, "FAILED");
        Runs.seed(test, "alice", "grandchildren", 3, 36, "SUCCESS");
        test.execute("""
                UPDATE execution SET parent_id = (SELECT min(id::text)::uuid FROM execution)
                WHERE id = (SELECT min(id::text)::uuid FROM execution WHERE status = 3);
                UPDATE execution SET parent_id = (SELECT min(id::text)::uuid FROM execution WHERE status = 3)
                WHERE id = (SELECT min(e.id::text)::uuid FROM execution e JOIN workflow w ON w.id = e.workflow_id
                            WHERE w.key = 'grandchildren')""");
    }

    private void setForWorkflow(String key, @Nullable Integer keepDays, @Nullable Integer keepLast)
            throws SQLException {
        UUID workflow = UUID.fromString(test.get("SELECT w.id FROM workflow w JOIN owner o ON o.id = w.owner_id "
                + "WHERE o.subject = 'alice' AND w.key = '" + key + "'"));
        await(policies.set(
                workflow, "alice", ALL, keepDays == null ? null : Duration.ofDays(keepDays), null, keepLast, 1000));
    }

    private RetentionPolicy set(
            @Nullable String owner,
            Set<ExecutionStatus> statuses,
            @Nullable Integer keepDays,
            @Nullable Integer keepLast) {
        return await(policies.set(
                        null,
                        owner,
                        statuses,
                        keepDays == null ? null : Duration.ofDays(keepDays),
                        null,
                        keepLast,
                        100))
                .policy();
    }

    /** Runs all policies and returns the oldest cleanup that they create. */
    private Optional<Cleanup> runPolicies() {
        await(new PolicyRun(policies, cleanups, CONFIG, Clock.systemUTC()).runOnce());
        return await(ledger.findOpen(true));
    }

    private static Instant midnight(int daysAgo) {
        return Instant.now().minus(Duration.ofDays(daysAgo)).truncatedTo(ChronoUnit.DAYS);
    }

    private long rows() throws SQLException {
        return test.count("SELECT count(*) FROM execution");
    }
}
