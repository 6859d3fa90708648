package dev.runlog.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A cleanup by the server, each on a fresh copy, beside SQL that deletes the same executions with their steps. */
final class Cleanup implements Figure {
    private static final int BATCH = 1_000;
    private static final String BETWEEN = "id >= '00000000-0000-0000-0000-000000000000' AND ";

    private final boolean ofFailed;

    private Cleanup(boolean ofFailed) {
        this.ofFailed = ofFailed;
    }

    static Figure byAge() {
        return new Cleanup(false);
    }

    static Figure ofFailed() {
        return new Cleanup(true);
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
                return List.of(speed(bench, subject, subject.aThird(), "Cleanup of failed executions", Goal.atLeast(0.5)));
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
            rows.add(speed(bench, large, large.nearlyAll(), "Cleanup by age, whole days", Goal.atLeast(20)));
            rows.add(sizeAfterwards(bench, large));
        } finally {
            large.drop();
        }
        return rows;
    }

    private Row speed(Bench bench, CleanupSubject subject, Instant before, String title, @Nullable Goal goal) {
        long[] deleted = new long[1];
        Bench.Pair pair = bench.alternate(
                title, () -> clean(bench, subject, before, deleted), () -> delete(subject, before));
        return Row.ofSpeed(
                title,
                "executions/s",
                pair.ours(),
                ofFailed ? "DELETE in batches of " + BATCH : "one DELETE",
                pair.floor(),
                goal,
                "%,d of %,d executions in %d days, with their steps"
                        .formatted(deleted[0], subject.set().executions(), subject.set().days()));
    }

    private double clean(Bench bench, CleanupSubject subject, Instant before, long[] deleted) {
        try (ServerProcess server = bench.startServer(subject.copy())) {
            String status = ofFailed ? "FAILED" : "";
            // What is measured is not the first that this server does.
            CleanupSubject.clean(server, before, status, true);
            CleanupSubject.Outcome outcome = CleanupSubject.clean(server, before, status, false);
            deleted[0] = outcome.deleted();
            Progress.say(
                    "  deleted %,d of %,d, dropped %d partitions, in %,d ms",
                    outcome.deleted(), outcome.matched(), outcome.partitionsDropped(), outcome.nanos() / 1_000_000);
            return outcome.deleted() * 1e9 / outcome.nanos();
        }
    }

    /** Both deletions in one statement, as the rows of steps are found by those of executions. */
    private double delete(CleanupSubject subject, Instant before) {
        String bound = "id < uuid_v7_floor('" + before + "')";
        String which = ofFailed
                ? BETWEEN + bound + " AND id IN (SELECT id FROM execution WHERE status = 3 AND " + bound
                        + " ORDER BY id LIMIT " + BATCH + ")"
                : bound;
        String sql = ofFailed
                ? "WITH gone AS (DELETE FROM execution WHERE " + which + " RETURNING id), "
                        + "steps AS (DELETE FROM step WHERE execution_id IN (SELECT id FROM gone)) "
                        + "SELECT count(*) FROM gone"
                : "";
        try (Connection connection = subject.copy().connect();
                Statement statement = connection.createStatement()) {
            long began = System.nanoTime();
            long deleted = ofFailed ? 0 : deleteAll(connection, statement, bound);
            while (ofFailed) {
                try (var rows = statement.executeQuery(sql)) {
                    rows.next();
                    deleted += rows.getLong(1);
                    if (rows.getLong(1) < BATCH) {
                        break;
                    }
                }
            }
            return deleted * 1e9 / (System.nanoTime() - began);
        } catch (SQLException failure) {
            throw new BenchFailure("The database refused: " + failure.getMessage(), failure);
        }
    }
}
