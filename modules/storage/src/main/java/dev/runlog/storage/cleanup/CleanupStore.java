package dev.runlog.storage.cleanup;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.text.SafeText;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.plan.CleanupPlan;
import dev.runlog.storage.plan.KeptExecutions;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Previews cleanups, and opens the session that runs them. */
public final class CleanupStore {
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('runlog.cleanup'))";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(hashtext('runlog.cleanup'))";

    private final Database database;

    public CleanupStore(Database database) {
        this.database = database;
    }

    /**
     * Returns what a cleanup would delete and spare now. Stores nothing.
     *
     * @param policyId the policy to which the cleanup belongs; null for none
     * @param rowsMax maximum number of executions to count; beyond it, some figures are estimates
     */
    public Future<CleanupPreview> preview(CleanupCriteria criteria, @Nullable UUID policyId, int rowsMax) {
        Cleanup hypothetical = Cleanup.hypothetical(criteria, policyId);
        return database.onConnection("preview", connection -> connection
                .query("BEGIN ISOLATION LEVEL REPEATABLE READ")
                .execute()
                .compose(begun -> KeptExecutions.store(connection, hypothetical))
                .compose(stored -> new CleanupPlan(connection, hypothetical).plan(rowsMax))
                .map(CleanupPlan.Plan::preview)
                .eventually(() -> connection.query("ROLLBACK").execute()));
    }

    /** Fails with {@code CONFLICT} if executions of the workflow are running, queued or held. */
    public Future<Void> requireDeletable(Workflow workflow) {
        return database.onConnection("count-undeletable", connection -> ExecutionsLeft.count(connection, workflow.id()))
                .compose(left -> left.canBeDeleted()
                        ? Future.succeededFuture()
                        : Future.failedFuture(RunlogException.conflict("Workflow " + SafeText.quote(workflow.key())
                                + " has executions that cannot be deleted: " + left.undeletable() + ".")));
    }

    /**
     * Runs work as the only cleaner of the database, after removing what an interrupted one left. Returns empty, without
     * running it, if another cleaner is active. The session's connection holds an advisory lock. If the process dies,
     * PostgreSQL rolls back the transaction and releases the lock.
     */
    public <T> Future<Optional<T>> asCleaner(Function<CleanupSession, Future<T>> work) {
        return database.withCleaningConnection(
                connection -> connection.query(TRY_LOCK).execute().compose(lock -> {
                    if (!lock.iterator().next().getBoolean(0)) {
                        return Future.succeededFuture(Optional.<T>empty());
                    }
                    CleanupSession session = new CleanupSession(database, connection);
                    return session.removeLeftovers()
                            .compose(removed -> work.apply(session))
                            .map(Optional::of)
                            .eventually(() -> connection.query(UNLOCK).execute());
                }));
    }
}
