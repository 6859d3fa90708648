package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.querying.GetStatistics.Interval;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.read.StatisticsReads;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is asked of everybody reads the rollups of thirty workflows at the most, however many there are. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RollupCostTest {
    private static final int WORKFLOWS = 2_000;
    private static final int DAYS = 20;
    private static final int ROWS_MAX = 30 * DAYS;
    private static final LocalDate FIRST = LocalDate.of(2026, 3, 1);

    private TestDatabase test;

    /** Rollups alone, as nothing looks at rows; workflow n has n runs a day, half of them failed ones. */
    @BeforeAll
    void fill(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        test.execute("""
                INSERT INTO owner (subject) VALUES ('alice');
                INSERT INTO workflow (id, owner_id, key, name)
                SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, o.id, 'w' || n, 'w'
                FROM generate_series(1, %1$d) n, owner o;
                INSERT INTO execution_daily (owner_id, workflow_id, day, success, failed)
                SELECT w.owner_id, w.id, date '%3$s' + d, substr(w.key, 2)::integer, substr(w.key, 2)::integer
                FROM workflow w, generate_series(0, %2$d - 1) d;
                INSERT INTO execution_day (day, shard, success, failed)
                SELECT day, 0, sum(success), sum(failed) FROM execution_daily GROUP BY day;
                ANALYZE
                """.formatted(WORKFLOWS, DAYS, FIRST));
        Database reading = Runs.open(vertx, test);
        await(new CleanupStore(reading).noteSizes());
        await(reading.close());
    }

    @Test
    void previewsReadTheRollupsOfFewWorkflows(Vertx vertx) throws SQLException {
        Instant bound = FIRST.plusDays(DAYS / 2).atStartOfDay(ZoneOffset.UTC).toInstant();

        Outcome<CleanupPreview> preview = reading(vertx, database -> new CleanupStore(database)
                .preview(new CleanupCriteria(bound, Set.of(), null, null, null, false), null, 1000));

        assertThat(preview.rollupsRead()).isLessThanOrEqualTo(ROWS_MAX);
        assertThat(preview.result().executions()).isEqualTo(DAYS / 2 * (long) WORKFLOWS * (WORKFLOWS + 1));
        assertThat(preview.result().exact()).isTrue();
        assertThat(preview.result().workflows().get(0).key()).isEqualTo("w" + WORKFLOWS);
        assertThat(preview.result().workflows().get(0).executions()).isEqualTo(2L * WORKFLOWS * DAYS / 2);
    }

    @Test
    void statisticsReadTheRollupsOfFewWorkflows(Vertx vertx) throws SQLException {
        Outcome<Statistics> statistics = reading(vertx, database -> new StatisticsReads(database)
                .get(
                        "ops",
                        new StatisticsReads.Range(null, null, null, null),
                        Interval.DAY,
                        10,
                        FIRST.plusDays(DAYS),
                        false));

        assertThat(statistics.rollupsRead()).isLessThanOrEqualTo(ROWS_MAX);
        assertThat(statistics.result().stored().total()).isEqualTo(DAYS * (long) WORKFLOWS * (WORKFLOWS + 1));
        assertThat(statistics.result().intervals()).hasSize(DAYS);
        assertThat(statistics.result().workflows()).hasSize(10);
        assertThat(statistics.result().workflows().get(0).stored()).isEqualTo(2L * WORKFLOWS * DAYS);
    }

    private record Outcome<T>(T result, long rollupsRead) {}

    /** On connections of their own, which tell what they have read when they end. */
    private <T> Outcome<T> reading(Vertx vertx, Function<Database, Future<T>> work) throws SQLException {
        long before = rowsRead();
        Database database = Runs.open(vertx, test);
        T result = await(work.apply(database));
        await(database.close());
        test.awaitRows("SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
                + "AND application_name LIKE 'runlog%')");
        return new Outcome<>(result, rowsRead() - before);
    }

    private long rowsRead() throws SQLException {
        return Long.parseLong(test.get("SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
                + "FROM pg_stat_user_tables WHERE relname = 'execution_daily'"));
    }
}
