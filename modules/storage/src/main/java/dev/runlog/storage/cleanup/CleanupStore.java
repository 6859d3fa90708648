package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Previews of cleanups, and the session in which one cleaner carries them out. */
public final class CleanupStore {
    private final Database database;

    public CleanupStore(Database database) {
        this.database = database;
    }

    /**
     * Returns what a cleanup would delete and spare, as of one moment. Nothing of it is stored.
     *
     * @param policyId the policy whose cleanup it is; null for none
     * @param rowsMax how many executions it may look at; with more, some figures are estimates
     */
    public Future<CleanupPreview> preview(CleanupCriteria criteria, @Nullable UUID policyId, int rowsMax) {
        Cleanup asked = Cleanup.hypothetical(criteria, policyId);
        return database.onConnection("preview", connection -> connection
                .query("BEGIN ISOLATION LEVEL REPEATABLE READ")
                .execute()
                .compose(begun -> KeptExecutions.freeze(connection, asked))
                .compose(done -> new CleanupPlan(connection, asked).plan(rowsMax))
                .map(CleanupPlan.Plan::preview)
                .eventually(() -> connection.query("ROLLBACK").execute()));
    }

    /** Works as the one cleaner of the database; empty if there is another. */
    public <T> Future<Optional<T>> asCleaner(Function<CleanupSession, Future<T>> work) {
        return CleanupSession.open(database, work);
    }

    /** Whether days that were dropped still have rollups to change or files to remove. */
    public Future<Boolean> hasDropped() {
        return database.query("has-dropped", """
                        SELECT EXISTS (SELECT FROM dropped_day) OR EXISTS (
                          SELECT FROM pg_class WHERE relkind = 'r' AND relname ~ '^(execution|step)_[0-9]{8}_gone$')
                        """, Tuple.tuple())
                .map(rows -> rows.iterator().next().getBoolean(0));
    }
}
