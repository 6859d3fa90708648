package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupSession.Batch;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.plan.CleanupCondition;
import dev.runlog.storage.plan.CleanupPlan;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.rollup.RollupStatements;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a batch of a day's executions. One transaction deletes the executions, their steps and their entries in the
 * list of failures, and updates the rollups and the ledger. Statements name the day's partitions, because planning a
 * statement for all partitions takes longer than a batch.
 */
final class BatchDelete {
    /**
     * A crash of the database may undo the last batches, but rows, rollups and ledger stay consistent. Without the
     * second setting, each batch would sort the whole day if the planner expects few matches, which it does until a new
     * or rewritten day has been analyzed.
     */
    static final String BEGIN = "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL enable_sort = off";

    private static final String BEGIN_WAITING = BEGIN + "; SET LOCAL lock_timeout = '2s'";

    /** The rows are already locked. */
    private static final String DELETE = """
            WITH deleted AS (
              DELETE FROM execution_:day e
              WHERE e.id = ANY ($2)
              RETURNING e.owner_id, e.workflow_id, e.status, %s AS bytes),
            deleted_step AS (
              DELETE FROM step_:day s WHERE s.execution_id = ANY ($2) RETURNING %s AS bytes),
            deleted_retry AS (
              DELETE FROM execution_retry r WHERE r.retry_of = ANY ($2) OR r.retry_id = ANY ($2)),
            deleted_failure AS (
              DELETE FROM unsuccessful_execution u WHERE u.id = ANY ($2)),
            deleted_count AS (
              SELECT owner_id, workflow_id, $3::date AS day, %s
              FROM deleted
              GROUP BY owner_id, workflow_id),
            %s
            UPDATE cleanup
            SET deleted = cleanup.deleted + (SELECT count(*) FROM deleted),
                bytes = cleanup.bytes + (SELECT coalesce(sum(bytes), 0) FROM deleted)
                  + (SELECT coalesce(sum(bytes), 0) FROM deleted_step)
            WHERE id = $1
            """.formatted(
                    CleanupPlan.BYTES, CleanupPlan.STEP_BYTES, RollupColumns.COUNTS, RollupStatements.ADD_DELETED);

    private final SqlConnection connection;

    BatchDelete(SqlConnection connection) {
        this.connection = connection;
    }

    /**
     * Deletes the oldest deletable executions of a day after an ID.
     *
     * @param waiting whether to wait briefly for rows locked by other transactions; otherwise they are skipped
     */
    Future<Batch> run(Cleanup cleanup, LocalDate day, @Nullable UUID after, int rowsMax, boolean waiting) {
        return Pipeline.transaction(
                connection,
                waiting ? BEGIN_WAITING : BEGIN,
                () -> {
                    // A separate statement: the next one then sees executions held during the wait for the lock.
                    Future<Boolean> open =
                            CleanupLedger.lock(connection, cleanup).map(state -> state == Cleanup.State.RUNNING);
                    Future<Row> found = query(day, find(cleanup, day, after, rowsMax, waiting));
                    return Pipeline.inTurn(List.of(open, found)).map(done -> new Found(open.result(), found.result()));
                },
                found -> (found.deletable().length == 0
                                ? Future.succeededFuture()
                                : delete(cleanup, day, found.deletable()))
                        .map(done -> found.toBatch()));
    }

    /**
     * The candidates for a batch.
     *
     * @param open whether the cleanup is still running
     * @param row sorted IDs: all candidates, and those that were locked
     */
    private record Found(boolean open, Row row) {
        UUID[] deletable() {
            return open ? row.getArrayOfUUIDs("deletable") : new UUID[0];
        }

        Batch toBatch() {
            UUID[] examined = row.getArrayOfUUIDs("examined");
            if (!open || examined.length == 0) {
                return new Batch(0, null, 0, open);
            }
            int deleted = deletable().length;
            return new Batch(deleted, examined[examined.length - 1], examined.length - deleted, true);
        }
    }

    /** Looks up failures in their list, because they are rare in the day's partition. */
    static Sql find(Cleanup cleanup, LocalDate day, @Nullable UUID after, int rowsMax, boolean waiting) {
        DayTables tables = new DayTables(day);
        Sql sql = new Sql();
        return sql.add("""
                WITH candidate AS (
                  SELECT e.id
                  FROM %1$s e
                  WHERE e.id %2$s AND e.id < %3$s AND %4$s
                  ORDER BY e.id
                  LIMIT %5$d),
                locked AS (
                  SELECT e.id
                  FROM execution_:day e
                  WHERE e.id = ANY (ARRAY(SELECT id FROM candidate)) AND %4$s
                  ORDER BY e.id
                  FOR UPDATE OF e%6$s)
                SELECT ARRAY(SELECT id FROM candidate ORDER BY id) AS examined,
                       ARRAY(SELECT id FROM locked) AS deletable
                """.formatted(
                        CleanupCondition.isOfFailures(cleanup) ? "unsuccessful_execution" : "execution_:day",
                        (after == null ? ">= " : "> ") + sql.argument(after == null ? tables.firstId() : after),
                        sql.argument(tables.endId()),
                        CleanupCondition.deletable(sql, cleanup),
                        rowsMax,
                        waiting ? "" : " SKIP LOCKED"));
    }

    private Future<Row> query(LocalDate day, Sql sql) {
        return connection
                .preparedQuery(new DayTables(day).sql(sql.text()))
                .execute(sql.arguments())
                .map(rows -> rows.iterator().next());
    }

    private Future<?> delete(Cleanup cleanup, LocalDate day, UUID[] ids) {
        return connection.preparedQuery(new DayTables(day).sql(DELETE)).execute(Tuple.of(cleanup.id(), ids, day));
    }
}
