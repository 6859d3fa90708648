package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.plan.CleanupDay;
import dev.runlog.storage.plan.CleanupPlan;
import dev.runlog.storage.plan.KeptExecutions;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The steps of a cleanup. Each step changes rows, rollups and ledger in one transaction. */
public final class CleanupSession {
    /**
     * The outcome of a batch.
     *
     * @param rows number of deleted executions
     * @param last the greatest ID among the candidates; null if there were none
     * @param skipped number of candidates skipped because other transactions had locked them
     * @param open whether the cleanup is still running
     */
    public record Batch(int rows, @Nullable UUID last, int skipped, boolean open) {}

    private final Database database;
    private final SqlConnection connection;
    private final LockRetry locks;
    private final DetachedDays detached;
    private final DayDrop drop;
    private final BatchDelete batches;

    CleanupSession(Database database, SqlConnection connection) {
        this.database = database;
        this.connection = connection;
        this.locks = new LockRetry(database);
        this.detached = new DetachedDays(connection, locks);
        this.drop = new DayDrop(connection, locks, detached);
        this.batches = new BatchDelete(connection);
    }

    Future<Void> removeLeftovers() {
        return detached.removeLeftovers();
    }

    /**
     * A running cleanup.
     *
     * @param days days with something to delete, oldest first
     */
    public record StartedCleanup(Cleanup cleanup, List<CleanupDay> days) {}

    /**
     * Starts a cleanup: stores what it spares, and its preview. The result has no days if the cleanup was already
     * cancelled.
     *
     * @param rowsMax maximum number of executions to count for the preview
     */
    public Future<StartedCleanup> begin(Cleanup cleanup, int rowsMax) {
        return Pipeline.transaction(connection, "BEGIN", () -> CleanupLedger.lock(connection, cleanup)
                .compose(state -> state != Cleanup.State.PENDING
                        ? CleanupLedger.get(connection, cleanup.id()).map(now -> new StartedCleanup(now, List.of()))
                        : KeptExecutions.store(connection, cleanup)
                                .compose(stored -> new CleanupPlan(connection, cleanup).plan(rowsMax))
                                .compose(plan -> CleanupLedger.begin(connection, cleanup, plan.preview())
                                        .map(now -> new StartedCleanup(now, plan.days())))));
    }

    /** Resumes a cleanup that was interrupted. */
    public Future<StartedCleanup> resume(Cleanup cleanup) {
        return new CleanupPlan(connection, cleanup).days(null).map(days -> new StartedCleanup(cleanup, days));
    }

    /**
     * Drops days on which the cleanup deletes everything. Returns false and changes nothing if an execution on them is
     * kept. {@link #removeFiles} removes their files later.
     */
    public Future<Boolean> drop(Cleanup cleanup, List<CleanupDay> days) {
        return drop.run(cleanup, days);
    }

    /**
     * Replaces a day's partitions with copies that have only the kept rows. Returns false and changes nothing if it
     * cannot.
     */
    public Future<Boolean> rewrite(Cleanup cleanup, CleanupDay day) {
        return isStored(day.day())
                .compose(stored -> stored
                        ? new DayRewrite(connection, locks, detached, cleanup, day.day())
                                .run()
                                .compose(done -> detached.removeFiles().map(done))
                        : Future.succeededFuture(false));
    }

    /**
     * Deletes the oldest deletable executions of a day after an ID, with their steps.
     *
     * @param waiting whether to wait briefly for rows locked by other transactions; otherwise they are skipped
     */
    public Future<Batch> deleteBatch(
            Cleanup cleanup, LocalDate day, @Nullable UUID after, int rowsMax, boolean waiting) {
        return batches.run(cleanup, day, after, rowsMax, waiting);
    }

    /**
     * The end of a cleanup that deletes a workflow.
     *
     * @param cleanup its state afterwards; the workflow is deleted if it is {@code COMPLETED}
     * @param cancelled cleanups of the workflow's policies, which are now cancelled
     */
    public record EndedDeletion(Cleanup cleanup, List<UUID> cancelled) {}

    /**
     * Deletes the workflow of a cleanup that has deleted its executions, with its policies, and completes the cleanup.
     * If executions are left, the cleanup fails and the workflow stays.
     */
    public Future<EndedDeletion> deleteWorkflow(Cleanup cleanup) {
        return new WorkflowDeletion(connection, locks, cleanup).run();
    }

    /** Succeeds after the given time. */
    public Future<Void> pause(Duration time) {
        return database.pause(time);
    }

    /** Whether this server is running statements for readers or recording, or has done so within this time. */
    public boolean hasForegroundWork(Duration within) {
        return database.hasForegroundWork(within);
    }

    /** Whether a day has partitions. */
    public Future<Boolean> isStored(LocalDate day) {
        return connection
                .preparedQuery("SELECT to_regclass($1) IS NOT NULL")
                .execute(Tuple.of("execution_" + new DayTables(day).suffix()))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Removes the files of some dropped days. Returns whether there were any. */
    public Future<Boolean> removeFiles() {
        return detached.removeFiles();
    }

    /** Updates the workflow rollups for one dropped day. Returns whether there was one. */
    public Future<Boolean> settleDropped() {
        return connection.query("""
                        SELECT settle_dropped_day(day)
                        FROM (SELECT day FROM dropped_day ORDER BY day LIMIT 1) marked
                        """).execute().map(rows -> rows.size() > 0);
    }

    /** Deletes what was stored of cleanups that have ended, except their entries in the ledger. */
    public Future<Void> forgetEnded() {
        return connection.query(KeptExecutions.FORGET).execute().mapEmpty();
    }
}
