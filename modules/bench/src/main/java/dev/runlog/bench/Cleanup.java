package dev.runlog.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A cleanup by the server, each on a fresh copy, beside SQL that deletes the same rows. */
final class Cleanup implements Figure {
    private static final int BATCH = 1_000;

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
        CleanupSubject subject = new CleanupSubject(bench);
        try {
            Bench.Pair pair = bench.alternate(name(), () -> clean(bench, subject), () -> delete(subject));
            return List.of(Row.ofSpeed(
                    ofFailed ? "Cleanup of failed executions" : "Cleanup by age, whole days",
                    "executions/s",
                    pair.ours(),
                    ofFailed ? "DELETE in batches of " + BATCH : "one DELETE",
                    pair.floor(),
                    null,
                    "a third of %,d executions".formatted(subject.set().executions())
                            + (ofFailed ? ", those that failed; ours rests between batches" : "")));
        } finally {
            subject.drop();
        }
    }

    private double clean(Bench bench, CleanupSubject subject) {
        try (ServerProcess server = bench.startServer(subject.copy())) {
            String status = ofFailed ? "FAILED" : "";
            // What is measured is not the first that this server does.
            CleanupSubject.clean(server, subject.before(), status, true);
            CleanupSubject.Outcome outcome = CleanupSubject.clean(server, subject.before(), status, false);
            Progress.say(
                    "  deleted %,d of %,d, dropped %d partitions",
                    outcome.deleted(), outcome.matched(), outcome.partitionsDropped());
            return outcome.deleted() * 1e9 / outcome.nanos();
        }
    }

    private double delete(CleanupSubject subject) {
        String bound = "id < uuid_v7_floor('" + subject.before() + "')";
        String sql = ofFailed
                ? "DELETE FROM execution WHERE id IN (SELECT id FROM execution WHERE status = 3 AND " + bound
                        + " ORDER BY id LIMIT " + BATCH + ") AND " + bound
                : "DELETE FROM execution WHERE " + bound;
        try (Connection connection = subject.copy().connect();
                Statement statement = connection.createStatement()) {
            long began = System.nanoTime();
            long deleted = 0;
            int batch;
            do {
                batch = statement.executeUpdate(sql);
                deleted += batch;
            } while (ofFailed && batch == BATCH);
            return deleted * 1e9 / (System.nanoTime() - began);
        } catch (SQLException failure) {
            throw new BenchFailure("The database refused: " + failure.getMessage(), failure);
        }
    }
}
