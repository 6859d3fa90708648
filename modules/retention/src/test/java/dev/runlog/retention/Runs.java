package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.testing.Settings;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Fills the database for tests of cleanups. */
final class Runs {
    private Runs() {}

    /** Deletes everything that earlier tests left. */
    static void clear(TestDatabase test) throws SQLException {
        test.execute("DELETE FROM step; DELETE FROM execution; DELETE FROM execution_daily; DELETE FROM execution_day;"
                + "DELETE FROM dropped_day; DELETE FROM unsuccessful_execution; DELETE FROM held_execution;"
                + "DELETE FROM cleanup; DELETE FROM cleanup_rule; DELETE FROM cleanup_keep;"
                + "DELETE FROM cleanup_spared; DELETE FROM retention_policy");
    }

    /** Adds executions of one past day, each with one step, and updates the rollups as recording does. */
    static void seed(TestDatabase test, String subject, int runs, int daysAgo, String status) throws SQLException {
        seed(test, subject, "w", runs, daysAgo, status);
    }

    /** The same, for a workflow with this key. */
    static void seed(TestDatabase test, String subject, String key, int runs, int daysAgo, String status)
            throws SQLException {
        int number = ExecutionStatus.valueOf(status).number();
        String column = status.toLowerCase(Locale.ROOT);
        StringBuilder ids = new StringBuilder();
        Instant start = Instant.now()
                .minus(Duration.ofDays(daysAgo))
                .truncatedTo(ChronoUnit.DAYS)
                .plusSeconds(3600);
        for (int i = 0; i < runs; i++) {
            ids.append(i == 0 ? "" : ",")
                    .append("('")
                    .append(Ids.at(start.plusMillis(i)))
                    .append("'::uuid)");
        }
        String day = start.toString().substring(0, 10);
        test.execute("SELECT ensure_day_partitions('" + day + "');"
                + "INSERT INTO owner (subject) VALUES ('" + subject + "') ON CONFLICT DO NOTHING;"
                + "INSERT INTO workflow (id, owner_id, key, name) SELECT '" + Ids.next()
                + "', id, '" + key + "', '" + key + "' FROM owner WHERE subject = '" + subject
                + "' ON CONFLICT DO NOTHING;"
                + "INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis, payload) "
                + "SELECT n.id, w.id, w.owner_id, " + number + ", " + (number == 1 ? "NULL, -1" : "now(), 5")
                + ", '{\"a\":1}' "
                + "FROM (VALUES " + ids + ") n (id), workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '"
                + subject + "' AND w.key = '" + key + "';"
                + "INSERT INTO step (execution_id, index, status, name) SELECT n.id, 0, 2, 's' FROM (VALUES " + ids
                + ") n (id);"
                + "INSERT INTO execution_daily (owner_id, workflow_id, day, "
                + column + ") "
                + "SELECT w.owner_id, w.id, '" + day + "', " + runs
                + " FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '" + subject + "' AND w.key = '"
                + key
                + "' ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET " + column
                + " = execution_daily." + column + " + " + runs + ";"
                + "INSERT INTO execution_day AS known (day, shard, " + column
                + ") VALUES ('" + day + "', 0, " + runs + ") ON CONFLICT (day, shard) DO UPDATE SET "
                + column + " = known." + column
                + " + " + runs + ";"
                + UnsuccessfulList.FILL);
    }

    /** Creates a cleaner that also runs cleanups of policies. */
    static Cleaner cleaner(Bus bus, Database database, RetentionConfig config, Clock clock) {
        Progress progress = new Progress(new CleanupLedger(database), bus, new SimpleMeterRegistry());
        return new Cleaner(database, config, clock, true, progress);
    }

    static Database open(Vertx vertx, TestDatabase test) {
        return Database.openForRetention(
                vertx,
                Settings.of("database")
                        .set("url", test.url())
                        .set("pool-queue-max", 100)
                        .set("pool-wait", Duration.ofSeconds(5))
                        .as(DatabaseConfig.class),
                new SimpleMeterRegistry());
    }
}
