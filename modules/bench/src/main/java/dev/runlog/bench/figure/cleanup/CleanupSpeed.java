package dev.runlog.bench.figure.cleanup;

import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Progress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cleanup by the server, each on a fresh copy, compared with SQL that deletes the same executions and steps. */
public final class CleanupSpeed implements Figure {
    private static final int BATCH = 1_000;

    private final boolean ofFailed;

    private CleanupSpeed(boolean ofFailed) {
        this.ofFailed = ofFailed;
    }

    public static Figure byAge() {
        return new CleanupSpeed(false);
    }

    public static Figure ofFailed() {
        return new CleanupSpeed(true);
    }

    @Override
    public String name() {
        return ofFailed ? "cleanup-selective" : "cleanup-age";
    }

    @Override
    public List<Row> measure(Bench bench) {
        if (ofFailed) {
            CleanupSubject subject = CleanupSubject.large(bench);
            try {
                return List.of(
                        speed(bench, subject, subject.aThird(), "Cleanup of failed executions", Goal.atLeast(0.5)));
            } finally {
                subject.drop();
            }
        }
        List<Row> rows = new ArrayList<>();
        CleanupSubject small = CleanupSubject.small(bench);
        try {
            rows.add(speed(bench, small, small.aThird(), "Cleanup by age, small whole days", null));
        } finally {
            small.drop();
        }
        CleanupSubject large = CleanupSubject.large(bench);
        try {
            rows.addAll(wholeDays(bench, large));
            rows.add(sizeAfterwards(bench, large));
        } finally {
            large.drop();
        }
        return rows;
    }

    private Row speed(Bench bench, CleanupSubject subject, Instant before, String title, @Nullable Goal goal) {
        long[] deleted = new long[1];
        Bench.Pair pair =
                bench.alternate(title, () -> clean(bench, subject, before, deleted), () -> delete(subject, before));
        return Row.ofRatio(
                title,
                "executions/s",
                pair.ours(),
                ofFailed ? "DELETE in batches of " + BATCH : "one DELETE",
                pair.floor(),
                goal,
                "%,d of %,d executions in %d days, with their steps"
                        .formatted(
                                deleted[0],
                                subject.set().executions(),
                                subject.set().days()));
    }

    /** Runs each side once per round, and reports two points in time in two rows. */
    private List<Row> wholeDays(Bench bench, CleanupSubject subject) {
        Instant before = subject.nearlyAll();
        List<CleanupSubject.Outcome> ours = new ArrayList<>();
        List<Deleted> floors = new ArrayList<>();
        Bench.Pair rowsGone = bench.alternate(
                "Cleanup by age, whole days",
                () -> {
                    CleanupSubject.Outcome outcome = clean(bench, subject, before, "");
                    ours.add(outcome);
                    return outcome.deleted() * 1e9 / outcome.rowsGoneNanos();
                },
                () -> {
                    Deleted deleted = deleteAndGiveBack(subject, before);
                    floors.add(deleted);
                    return deleted.rows() * 1e9 / deleted.nanos();
                });
        String what =
                "%,d of %,d executions in %d days, with their steps; the process's first cleanup, of a day, went before"
                        .formatted(
                                ours.get(0).deleted(),
                                subject.set().executions(),
                                subject.set().days());
        return List.of(
                Row.ofRatio(
                        "Cleanup by age, whole days, until the rows are gone",
                        "executions/s",
                        rowsGone.ours(),
                        "one DELETE",
                        rowsGone.floor(),
                        Goal.atLeast(20),
                        what + "; from the request until deleted is what matched, the files go after that"),
                Row.ofRatio(
                        "Cleanup by age, whole days, until the files are gone",
                        "executions/s",
                        new Samples(ours.stream()
                                .map(one -> one.deleted() * 1e9 / one.nanos())
                                .toList()),
                        "one DELETE, then VACUUM FULL of the tables that it emptied",
                        new Samples(floors.stream()
                                .map(one -> one.rows() * 1e9 / one.spaceBackNanos())
                                .toList()),
                        null,
                        what + "; from the request until COMPLETED, which gives the space back to the system"));
    }

    private double clean(Bench bench, CleanupSubject subject, Instant before, long[] deleted) {
        CleanupSubject.Outcome outcome = clean(bench, subject, before, ofFailed ? "FAILED" : "");
        deleted[0] = outcome.deleted();
        return outcome.deleted() * 1e9 / outcome.nanos();
    }

    /**
     * Cleans a fresh copy.
     *
     * @param status empty for a cleanup by age
     */
    static CleanupSubject.Outcome clean(Bench bench, CleanupSubject subject, Instant before, String status) {
        try (ServerProcess server = bench.startServer(subject.copy())) {
            CleanupSubject.warmUp(server, before, status);
            if (status.isEmpty()) {
                CleanupSubject.Outcome first = CleanupSubject.clean(server, subject.behindOldestDay(), "", false);
                Progress.say(
                        "  the process's first cleanup: %,d rows of a day in %,d ms",
                        first.deleted(), first.rowsGoneNanos() / 1_000_000);
            }
            CleanupSubject.Outcome outcome = CleanupSubject.clean(server, before, status, false);
            Progress.say(
                    "  deleted %,d of %,d in %,d ms, with %d days' files in %,d ms",
                    outcome.deleted(),
                    outcome.matched(),
                    outcome.rowsGoneNanos() / 1_000_000,
                    outcome.partitionsDropped(),
                    outcome.nanos() / 1_000_000);
            return outcome;
        }
    }

    private double delete(CleanupSubject subject, Instant before) {
        String bound = "id < uuid_v7_floor('" + before + "')";
        try (Connection connection = subject.copy().connect();
                Statement statement = connection.createStatement()) {
            long began = System.nanoTime();
            long deleted = ofFailed ? deleteInBatches(statement, bound) : deleteAtOnce(connection, statement, bound);
            return deleted * 1e9 / (System.nanoTime() - began);
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    /**
     * Result of a DELETE.
     *
     * @param nanos time until its commit
     * @param spaceBackNanos time until the space was freed as well
     */
    private record Deleted(long rows, long nanos, long spaceBackNanos) {}

    private static Deleted deleteAndGiveBack(CleanupSubject subject, Instant before) {
        Postgres copy = subject.copy();
        String vacuum =
                copy.get("""
                SELECT 'VACUUM FULL ' || string_agg(relid::regclass::text, ', ' ORDER BY relid::regclass::text)
                FROM (SELECT relid FROM pg_partition_tree('execution') WHERE isleaf
                      UNION ALL SELECT relid FROM pg_partition_tree('step') WHERE isleaf) leaf
                WHERE right(relid::regclass::text, 8) < '%s'
                """.formatted(before.toString().substring(0, 10).replace("-", "")));
        try (Connection connection = copy.connect();
                Statement statement = connection.createStatement()) {
            long began = System.nanoTime();
            long rows = deleteAtOnce(connection, statement, "id < uuid_v7_floor('" + before + "')");
            long nanos = System.nanoTime() - began;
            connection.setAutoCommit(true);
            statement.execute(vacuum);
            return new Deleted(rows, nanos, System.nanoTime() - began);
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    private static long deleteAtOnce(Connection connection, Statement statement, String bound) throws SQLException {
        connection.setAutoCommit(false);
        statement.executeUpdate("DELETE FROM step WHERE execution_" + bound);
        long deleted = statement.executeUpdate("DELETE FROM execution WHERE " + bound);
        connection.commit();
        return deleted;
    }

    private static long deleteInBatches(Statement statement, String bound) throws SQLException {
        String batch = """
                WITH expired AS MATERIALIZED (
                  SELECT id FROM execution WHERE status = 3 AND %1$s ORDER BY id LIMIT %2$d),
                steps AS (
                  DELETE FROM step WHERE execution_id IN (SELECT id FROM expired) AND execution_%1$s)
                DELETE FROM execution WHERE id IN (SELECT id FROM expired) AND %1$s
                """.formatted(bound, BATCH);
        long deleted = 0;
        int rows;
        do {
            rows = statement.executeUpdate(batch);
            deleted += rows;
        } while (rows == BATCH);
        return deleted;
    }

    /** Size of the tables and their indexes, compared with the same rows in new ones. */
    private Row sizeAfterwards(Bench bench, CleanupSubject subject) {
        Postgres cleaned = subject.copy();
        try (ServerProcess server = bench.startServer(cleaned)) {
            CleanupSubject.clean(server, subject.nearlyAll(), "", false);
        }
        double live = 0;
        double fresh = 0;
        for (String table : List.of("execution", "step")) {
            live += cleaned.getLong(
                    "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('" + table + "')");
            String key = table.equals("step") ? "execution_id, index" : "id";
            cleaned.execute("CREATE TABLE bench_fresh (LIKE " + table + " INCLUDING ALL)");
            cleaned.execute("INSERT INTO bench_fresh SELECT * FROM " + table + " ORDER BY " + key);
            cleaned.execute("VACUUM (ANALYZE) bench_fresh");
            fresh += cleaned.getLong("SELECT pg_total_relation_size('bench_fresh')");
            cleaned.execute("DROP TABLE bench_fresh");
        }
        return Row.ofRatio(
                "Size after a cleanup by age, of whole days",
                "MB",
                Samples.of(live / 1e6),
                "its live rows in new tables with the same indexes",
                Samples.of(fresh / 1e6),
                Goal.atMost(1.05),
                "executions and steps");
    }
}
