package dev.runlog.storage.cleanup;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupSession.EndedDeletion;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.rollup.DeletedWorkflow;
import dev.runlog.storage.sql.Rows;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * The last step of a cleanup that deletes a workflow. One transaction deletes the workflow with its policies and
 * completes the cleanup, if no execution of the workflow is left.
 */
final class WorkflowDeletion {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /**
     * Waits for transactions that have inserted executions, and blocks the inserts of others until the commit. An
     * insert into the deleted workflow after that makes it visible again.
     */
    private static final String LOCK = "LOCK TABLE ONLY execution IN SHARE MODE";

    /** Also cancels the open cleanups of the policies. */
    private static final String DELETE_POLICIES = """
            WITH policies AS (DELETE FROM retention_policy WHERE workflow_id = $1 RETURNING id)
            UPDATE cleanup
            SET state = 4, finished_at = now()
            WHERE state IN (1, 2) AND policy_id IN (SELECT id FROM policies)
            RETURNING id
            """;

    private static final String DELETE_WORKFLOW = "UPDATE workflow SET deleted_at = now() WHERE id = $1";

    private final SqlConnection connection;
    private final LockRetry locks;
    private final Cleanup cleanup;
    private final UUID workflowId;

    WorkflowDeletion(SqlConnection connection, LockRetry locks, Cleanup cleanup) {
        this.connection = connection;
        this.locks = locks;
        this.cleanup = cleanup;
        this.workflowId = Objects.requireNonNull(cleanup.criteria().workflowId());
    }

    Future<EndedDeletion> run() {
        return DeletedWorkflow.foldDurations(connection)
                .compose(done -> locks.run(
                        () -> Pipeline.transaction(connection, "BEGIN; " + LockRetry.PATIENCE, this::deleteUnlessUsed)))
                .recover(failure -> Future.failedFuture(
                        WriteFailure.of(failure) == WriteFailure.CONTENTION
                                ? RunlogException.overloaded("Could not lock the executions.", RETRY_AFTER)
                                : failure))
                .compose(ended ->
                        ended.cleanup().state() == Cleanup.State.RUNNING ? fail() : Future.succeededFuture(ended));
    }

    /** The cleanup is still running afterwards if executions are left. */
    private Future<EndedDeletion> deleteUnlessUsed() {
        return CleanupLedger.lock(connection, cleanup)
                .compose(state -> state == Cleanup.State.RUNNING
                        ? connection.query(LOCK).execute().compose(done -> isUnused())
                        : Future.succeededFuture(false))
                .compose(unused -> unused
                        ? delete()
                        : CleanupLedger.get(connection, cleanup.id()).map(now -> new EndedDeletion(now, List.of())));
    }

    private Future<Boolean> isUnused() {
        return ExecutionsLeft.countWithoutHeld(connection, workflowId).map(left -> left.stored() == 0);
    }

    private Future<EndedDeletion> delete() {
        Tuple id = Tuple.of(workflowId);
        Future<List<UUID>> cancelled = connection
                .preparedQuery(DELETE_POLICIES)
                .execute(id)
                .map(rows -> Rows.toList(rows, row -> row.getUUID(0)));
        Future<?> deleted = connection.preparedQuery(DELETE_WORKFLOW).execute(id);
        Future<?> released = DeletedWorkflow.release(connection, workflowId);
        Future<Cleanup> completed = CleanupLedger.complete(connection, cleanup.id());
        return Pipeline.inTurn(List.of(cancelled, deleted, released, completed))
                .map(done -> new EndedDeletion(completed.result(), cancelled.result()));
    }

    private Future<EndedDeletion> fail() {
        return ExecutionsLeft.count(connection, workflowId)
                .compose(left -> CleanupLedger.fail(
                        connection,
                        cleanup.id(),
                        "The workflow was not deleted: " + left.stored() + " of its executions are left ("
                                + left.undeletable()
                                + "). They were recorded after the deletion began, or are held, or "
                                + "are children of executions that are queued, running or held."))
                .map(failed -> new EndedDeletion(failed, List.of()));
    }
}
