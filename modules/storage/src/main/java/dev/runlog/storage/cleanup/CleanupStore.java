package dev.runlog.storage.cleanup;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.text.SafeText;
import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Previews cleanups, and opens the session that runs them. */
public final class CleanupStore {
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
                .compose(begun -> KeptExecutions.freeze(connection, hypothetical))
                .compose(done -> new CleanupPlan(connection, hypothetical).plan(rowsMax))
                .map(CleanupPlan.Plan::preview)
                .eventually(() -> connection.query("ROLLBACK").execute()));
    }

    /** Fails with {@code CONFLICT} if executions of the workflow are running, queued or held. */
    public Future<Void> requireDeletable(Workflow workflow) {
        return database.onConnection(
                        "count-undeletable", connection -> ExecutionsLeft.count(connection, workflow.id()))
                .compose(left -> left.canBeDeleted()
                        ? Future.succeededFuture()
                        : Future.failedFuture(RunlogException.conflict("Workflow " + SafeText.quote(workflow.key())
                                + " has executions that cannot be deleted: " + left.undeletable() + ".")));
    }

    /**
     * Runs work as the only cleaner of the database. Returns empty, without running it, if another cleaner is active.
     */
    public <T> Future<Optional<T>> asCleaner(Function<CleanupSession, Future<T>> work) {
        return CleanupSession.open(database, work);
    }

    /** Whether any dropped days still have rollups to update or files to remove. */
    public Future<Boolean> hasDropped() {
        return database.query("has-dropped", """
                        SELECT EXISTS (SELECT FROM dropped_day) OR EXISTS (
                          SELECT FROM pg_class WHERE relkind = 'r' AND relname ~ '^(execution|step)_[0-9]{8}_gone$')
                        """, Tuple.tuple())
                .map(rows -> rows.iterator().next().getBoolean(0));
    }
}
