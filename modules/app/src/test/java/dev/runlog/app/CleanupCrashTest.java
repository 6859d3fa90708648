package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.StatusTotals;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kills the server in the middle of a cleanup, where a lock of the test has stopped it, and looks whether the next one
 * ends it with the right figures.
 */
@ExtendWith(PostgresExtension.class)
final class CleanupCrashTest {
    private static final String[] SETTINGS = {
        "RETENTION_REWRITE_ROWS_MIN", "100",
        "RETENTION_BATCH_SIZE", "50",
        "LOG_LEVEL", "warn",
        "DATABASE_POOL_WAIT", "PT20S"
    };

    private static final int RUNNING = 2;
    private static final int COMPLETED = 3;

    private final LocalDate first = LocalDate.now(ZoneOffset.UTC).minusDays(40);
    private TestDatabase database;
    private String cleanup;

    @BeforeEach
    void clear(TestDatabase database) throws SQLException {
        this.database = database;
        database.execute("DELETE FROM step; DELETE FROM execution; DELETE FROM execution_daily; "
                + "DELETE FROM execution_day; DELETE FROM dropped_day; DELETE FROM unsuccessful_execution; "
                + "DELETE FROM cleanup; DELETE FROM retention_policy; "
                + "DELETE FROM cleanup_rule; DELETE FROM cleanup_keep; DELETE FROM cleanup_spared; "
                + "UPDATE workflow SET deleted_at = NULL");
        database.execute("INSERT INTO owner (subject) VALUES ('alice'), ('bob') ON CONFLICT DO NOTHING");
    }

    /** It dies after it deleted the rows of the second day, and before it changes their rollup. */
    @Test
    void endsDeletionInBatchesAfterAKillInTheMiddle() throws Exception {
        seed("alice", first, 90, 2);
        seed("bob", first, 200, 2);
        seed("alice", first.plusDays(1), 90, 2);
        seed("bob", first.plusDays(1), 200, 2);
        enter("alice");

        killWhileStoppedBy("SELECT FROM execution_daily WHERE day = '" + first.plusDays(1) + "' FOR UPDATE");

        assertThat(database.get("SELECT deleted >= 90 AND deleted < 180 FROM cleanup"))
                .isEqualTo("t");
        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(180, 0);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(400);
    }

    @Test
    void endsTheDeletionOfAWorkflowAfterAKillInTheMiddle() throws Exception {
        seed("alice", first, 90, 2);
        seed("bob", first, 200, 2);
        seed("alice", first.plusDays(1), 90, 2);
        seed("bob", first.plusDays(1), 200, 2);
        enterDeletion("alice");

        killWhileStoppedBy("SELECT FROM execution_daily WHERE day = '" + first.plusDays(1) + "' FOR UPDATE");

        assertThat(database.get("SELECT deleted >= 90 AND deleted < 180 FROM cleanup"))
                .isEqualTo("t");
        assertThat(deletedWorkflows()).isEqualTo("null");
        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(180, 0);
        assertThat(database.get("SELECT count(*) FROM execution")).isEqualTo("400");
        assertThat(deletedWorkflows()).isEqualTo("alice");
    }

    /** All executions are deleted, and it holds the lock that keeps others from recording. */
    @Test
    void endsTheDeletionOfAWorkflowAfterAKillAtItsLastStep() throws Exception {
        seed("alice", first, 90, 2);
        seed("bob", first, 200, 2);
        enterDeletion("alice");

        killWhileStoppedBy("SELECT FROM workflow FOR UPDATE");

        assertThatItIsRunning(90, 0);
        assertThat(deletedWorkflows()).isEqualTo("null");
        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(90, 0);
        assertThat(deletedWorkflows()).isEqualTo("alice");
    }

    /** The newest were found when it began, and others fail meanwhile. */
    @Test
    void endsAPolicysCleanupOfFailuresButTheNewestAfterAKillInTheMiddle() throws Exception {
        seed("alice", first, 90, 3);
        seed("bob", first, 200, 2);
        seed("alice", first.plusDays(1), 90, 3);
        seed("alice", first.plusDays(1), 200, 2);
        String policy = Ids.next().toString();
        database.execute("INSERT INTO retention_policy (id, owner_id, statuses, keep_for, keep_last) " + "SELECT '"
                + policy + "', id, '{3}', '30 days', 20 FROM owner WHERE subject = 'alice'");
        enter("alice");
        database.execute("UPDATE cleanup SET policy_id = '" + policy + "', statuses = '{3}', keep_last = 20");

        killWhileStoppedBy("SELECT FROM execution_daily WHERE day = '" + first.plusDays(1) + "' FOR UPDATE");

        assertThat(database.get("SELECT deleted >= 90 AND deleted < 160 FROM cleanup"))
                .isEqualTo("t");
        assertThatRowsAndRollupsAgree();
        seed("alice", first.plusDays(2), 10, 3);
        finish();
        assertThatItDeleted(160, 0);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(430);
        assertThat(database.count("SELECT count(*) FROM execution WHERE status = 3"))
                .isEqualTo(30);
    }

    /** A reader's lock keeps the day from being dropped. */
    @Test
    void endsTheDropOfADayAfterAKillInTheMiddle() throws Exception {
        seed("alice", first, 300, 2);
        seed("alice", first.plusDays(1), 300, 3);
        seed("alice", first.plusDays(30), 10, 2);
        enter(null);

        killWhileStoppedBy("SELECT FROM execution WHERE id >= '"
                + Ids.lowerBound(first.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()) + "'");

        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(600, 2);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(10);
    }

    /**
     * It has the lock of the tables, and may not count what it is about to drop. What was sent behind that may be done
     * after its death, all of it or nothing.
     */
    @Test
    void endsTheDropOfADayAfterAKillAtItsTotals() throws Exception {
        seed("alice", first, 300, 2);
        enter(null);

        killWhileStoppedBy("SELECT FROM execution_day FOR UPDATE");

        long deleted = database.count("SELECT deleted FROM cleanup");
        assertThat(deleted).isIn(0L, 300L);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(300 - deleted);
        assertThat(database.count("SELECT partitions_dropped FROM cleanup")).isEqualTo(deleted / 300);
        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(300, 1);
    }

    /** The successor is filled, triggers note changes, and a reader's lock keeps it from taking its place. */
    @Test
    void endsTheRewritingOfADayAfterAKillInTheMiddle() throws Exception {
        seed("alice", first, 300, 2);
        seed("bob", first, 20, 2);
        seed("alice", first, 5, 1);
        enter("alice");

        killWhileStoppedBy("SELECT FROM execution");

        assertThat(database.count("SELECT count(*) FROM pg_trigger WHERE tgname = 'runlog_change'"))
                .isEqualTo(2);
        assertThatRowsAndRollupsAgree();
        // A client writes while no server is running to sweep.
        database.execute("UPDATE execution SET status = 2, finished_at = now() WHERE status = 1 "
                + "AND id = (SELECT max(id::text)::uuid FROM execution WHERE status = 1);"
                + "UPDATE execution_daily SET running = running - 1, success = success + 1 WHERE running > 0;"
                + "UPDATE execution_day SET running = running - 1, success = success + 1 WHERE running > 0");
        finish();
        // What has finished since the cleanup began is left to the next one.
        assertThatItDeleted(300, 0);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(25);
    }

    /** The successor has taken its place. A reader of the old one's large values keeps its files from being dropped. */
    @Test
    void dropsTheOldFilesOfARewrittenDayAfterAKillBehindItsCommit() throws Exception {
        seed("alice", first, 300, 2);
        seed("bob", first, 20, 2);
        enter("alice");
        String day = "execution_" + first.toString().replace("-", "");
        String large = database.get("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = '" + day + "'");

        killWhileStoppedBy("SELECT count(*) FROM " + large);

        assertThat(database.count("SELECT count(*) FROM pg_class WHERE relname IN ('" + day + "_gone', '" + day + "')"))
                .isEqualTo(2);
        assertThatItIsRunning(300, 0);
        assertThatRowsAndRollupsAgree();
        finish();
        assertThatItDeleted(300, 0);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(20);
    }

    /** All whole days are detached. A reader of the large values of one keeps its files from being removed. */
    @Test
    void removesTheFilesOfDroppedDaysAfterAKillBehindTheirCommit() throws Exception {
        seed("alice", first, 300, 2);
        seed("alice", first.plusDays(1), 300, 3);
        seed("bob", first.plusDays(30), 10, 2);
        enter(null);
        String day = "execution_" + first.toString().replace("-", "");
        String large = database.get("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = '" + day + "'");

        killWhileStoppedBy("SELECT count(*) FROM " + large);

        assertThat(database.count("SELECT count(*) FROM pg_class WHERE relname ~ '_gone$'"))
                .isEqualTo(4);
        assertThatItIsRunning(600, 2);
        assertThatRowsAndRollupsAgree();
        // A client records into the day while no server is running to sweep.
        seed("bob", first, 7, 1);
        finish();
        assertThatItDeleted(600, 2);
        assertThat(database.count("SELECT count(*) FROM execution")).isEqualTo(17);
        assertThat(database.count("SELECT count(*) FROM " + day)).isEqualTo(7);
    }

    private void enter(String owner) throws SQLException {
        cleanup = Ids.next().toString();
        database.execute("INSERT INTO cleanup (id, state, before, statuses, owner_id, requested_by) VALUES ('"
                + cleanup + "', 1, '" + Instant.now().minus(Duration.ofDays(30)) + "', '{}', "
                + "(SELECT id FROM owner WHERE subject = '" + owner + "'), 'tester')");
    }

    private void enterDeletion(String owner) throws SQLException {
        enter(owner);
        database.execute("UPDATE cleanup c SET before = now() + interval '1 day', workflow_id = w.id, "
                + "ignore_policies = true, deletes_workflow = true "
                + "FROM workflow w WHERE w.owner_id = c.owner_id AND w.key = 'w'");
    }

    private String deletedWorkflows() throws SQLException {
        return database.get("SELECT string_agg(o.subject, ',') FROM workflow w JOIN owner o ON o.id = w.owner_id "
                + "WHERE w.deleted_at IS NOT NULL");
    }

    private void killWhileStoppedBy(String lock) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(lock);
            try (RunningServer server = RunningServer.startProcess(database.url(), SETTINGS)) {
                assertThat(server.url()).isNotNull();
                awaitRows("SELECT FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND application_name = 'runlog-cleaning' AND wait_event_type = 'Lock'");
            }
            connection.rollback();
        }
        // PostgreSQL rolls the dead server's transaction back once it notices that the connection is gone.
        awaitRows("SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
                + "AND application_name = 'runlog-cleaning')");
    }

    private void finish() throws SQLException {
        try (RunningServer server = RunningServer.start(database, SETTINGS)) {
            assertThat(server.url()).isNotNull();
            awaitRows("SELECT FROM cleanup WHERE state > 2");
            awaitRows("SELECT WHERE NOT EXISTS (SELECT FROM cleanup_rule) "
                    + "AND NOT EXISTS (SELECT FROM pg_class WHERE relname ~ '_(next|gone)$')");
        }
    }

    private void assertThatItIsRunning(int deleted, int dropped) throws SQLException {
        assertThat(ledger("state")).isEqualTo(RUNNING);
        assertThat(ledger("deleted")).isEqualTo(deleted);
        assertThat(ledger("partitions_dropped")).isEqualTo(dropped);
    }

    private long ledger(String column) throws SQLException {
        return database.count("SELECT " + column + " FROM cleanup WHERE id = '" + cleanup + "'");
    }

    private void assertThatItDeleted(int deleted, int dropped) throws SQLException {
        assertThat(ledger("state")).isEqualTo(COMPLETED);
        assertThat(ledger("matched")).isEqualTo(deleted);
        assertThat(ledger("deleted")).isEqualTo(deleted);
        assertThat(ledger("partitions_dropped")).isEqualTo(dropped);
        assertThatRowsAndRollupsAgree();
        assertThat(database.count("SELECT (SELECT count(*) FROM pg_trigger WHERE tgname = 'runlog_change') "
                        + "+ (SELECT count(*) FROM partition_change) + (SELECT count(*) FROM step s "
                        + "WHERE NOT EXISTS (SELECT FROM execution e WHERE e.id = s.execution_id))"))
                .isZero();
    }

    private void assertThatRowsAndRollupsAgree() throws SQLException {
        assertThat(database.count("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isZero();
        for (String rollups : List.of("execution_rollup", "execution_total")) {
            assertThat(StatusTotals.ofRollups(database, rollups)).isEqualTo(StatusTotals.ofRows(database));
        }
    }

    /** A process starts meanwhile, or dies. */
    private void awaitRows(String query) throws SQLException {
        database.awaitRows(query, Duration.ofMinutes(1));
    }

    private void seed(String owner, LocalDate day, int runs, int status) throws SQLException {
        Instant start = day.atStartOfDay(ZoneOffset.UTC).toInstant().plus(1, ChronoUnit.HOURS);
        String ids = IntStream.range(0, runs)
                .mapToObj(i -> "('" + Ids.at(start.plusMillis(i)) + "'::uuid)")
                .collect(Collectors.joining(","));
        String column = status == 1 ? "running" : status == 2 ? "success" : "failed";
        String of = "w.key = 'w' AND o.subject = '" + owner + "'";
        database.execute("SELECT ensure_day_partitions('" + day + "');"
                + "INSERT INTO workflow (id, owner_id, key, name) SELECT '" + Ids.next()
                + "', id, 'w', 'w' FROM owner WHERE subject = '" + owner + "' ON CONFLICT DO NOTHING;"
                + "INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis) "
                + "SELECT n.id, w.id, w.owner_id, " + status + ", " + (status == 1 ? "NULL, -1" : "now(), 5")
                + " FROM (VALUES " + ids + ") n (id), workflow w JOIN owner o ON o.id = w.owner_id WHERE " + of + ";"
                + "INSERT INTO step (execution_id, index, status, name) SELECT n.id, 0, 2, 's' FROM (VALUES " + ids
                + ") n (id);"
                + "INSERT INTO execution_daily AS known (owner_id, workflow_id, day, " + column + ") "
                + "SELECT w.owner_id, w.id, '" + day + "', " + runs
                + " FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE " + of
                + " ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET " + column + " = known." + column + " + "
                + runs + ";"
                + "INSERT INTO execution_day AS known (day, shard, " + column + ") VALUES ('" + day + "', 0, " + runs
                + ") ON CONFLICT (day, shard) DO UPDATE SET " + column + " = known." + column + " + " + runs + ";"
                + UnsuccessfulList.FILL);
    }
}
