package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.LockRetry.DayIsKept;
import dev.runlog.storage.plan.CleanupCondition;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.rollup.RollupStatements;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Replaces the partitions of a day with new ones that have only the kept rows. The new partitions are filled from one
 * snapshot, while triggers note which executions change. These are copied again, most of them before and the last ones
 * under the lock that also covers the exchange of the partitions. A cleanup deletes only rows written before it began,
 * so every changed row is copied.
 */
final class DayRewrite {
    private static final String BEGIN = "BEGIN";
    private static final String BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    /** With this many changes, recording is so busy on the day that batches are cheaper. */
    private static final int CHANGES_MAX = 5000;

    /** Counts finished executions as deleted if the new partition lacks them. */
    private static final String COUNT_DELETED = """
            WITH kept AS (
              SELECT owner_id, workflow_id, %s
              FROM execution_:day_next
              GROUP BY owner_id, workflow_id),
            change AS (
              SELECT d.owner_id, d.workflow_id, d.day,
                     d.success - d.success_deleted - coalesce(k.success, 0) AS success,
                     d.failed - d.failed_deleted - coalesce(k.failed, 0) AS failed,
                     d.cancelled - d.cancelled_deleted - coalesce(k.cancelled, 0) AS cancelled,
                     d.crashed - d.crashed_deleted - coalesce(k.crashed, 0) AS crashed
              FROM execution_daily d
              LEFT JOIN kept k ON k.owner_id = d.owner_id AND k.workflow_id = d.workflow_id
              WHERE d.day = $1),
            deleted_count AS (
              SELECT * FROM change WHERE (success, failed, cancelled, crashed) <> (0, 0, 0, 0)),
            %s
            SELECT coalesce(sum(success + failed + cancelled + crashed), 0)::bigint
            FROM deleted_count
            """.formatted(RollupColumns.COUNTS, RollupStatements.ADD_DELETED);

    /** Whether the new partition lacks spared executions, because some were held after it was filled. */
    private static final String LACKS_SPARED = """
            SELECT EXISTS (
              SELECT FROM cleanup_spared s
              JOIN execution_:day e ON e.id = s.execution_id
              WHERE s.cleanup_id = $1 AND NOT EXISTS (SELECT FROM execution_:day_next n WHERE n.id = e.id))
            """;

    private final SqlConnection connection;
    private final LockRetry locks;
    private final DetachedDays detached;
    private final Cleanup cleanup;
    private final LocalDate day;
    private final DayTables tables;

    DayRewrite(SqlConnection connection, LockRetry locks, DetachedDays detached, Cleanup cleanup, LocalDate day) {
        this.connection = connection;
        this.locks = locks;
        this.detached = detached;
        this.cleanup = cleanup;
        this.day = day;
        this.tables = new DayTables(day);
    }

    /** Rewrites the day. Returns false and changes nothing if recording is too busy on it or a lock is unavailable. */
    Future<Boolean> run() {
        return detached.requireRemoved(List.of(tables))
                .compose(removed -> locks.run(() -> transaction(BEGIN, this::createNext)))
                .compose(created -> transaction(BEGIN_SNAPSHOT, this::fill))
                .compose(filled -> transaction(BEGIN_SNAPSHOT, () -> copyChanges(Integer.MAX_VALUE)))
                .compose(copied -> DayDrop.size(connection, List.of(tables)))
                .compose(bytes -> locks.succeeds(() -> transaction(BEGIN, () -> exchange(bytes))))
                .compose(
                        exchanged -> {
                            if (exchanged) {
                                detached.add(tables);
                                return Future.succeededFuture(true);
                            }
                            return detached.removeLeftovers().map(false);
                        },
                        failure -> detached.removeLeftovers()
                                .otherwiseEmpty()
                                .compose(removed -> Future.failedFuture(failure)));
    }

    /** Creates the new partitions as ensure_day_partitions does, and the triggers that note changes of the old ones. */
    private Future<Void> createNext() {
        return run(LockRetry.PATIENCE + ";\n" + tables.sqlForBoth("""
                CREATE TABLE :table_:day_next (LIKE :table INCLUDING ALL);
                ALTER TABLE :table_:day_next ADD CONSTRAINT within_the_day CHECK (:id >= :first AND :id < :end);
                CREATE TRIGGER runlog_change AFTER INSERT OR UPDATE OR DELETE ON :table_:day
                  FOR EACH ROW EXECUTE FUNCTION note_partition_change(':table', ':day')""") + """
                ;
                ALTER TABLE execution_:day_next
                  ALTER COLUMN owner_id SET (n_distinct = 200), ALTER COLUMN workflow_id SET (n_distinct = 200)""");
    }

    private Future<Void> fill() {
        Sql sql = new Sql();
        sql.add("INSERT INTO execution_:day_next\nSELECT e.*\nFROM execution_:day e\nWHERE (")
                .add(CleanupCondition.deletable(sql, cleanup))
                .add(") IS NOT TRUE");
        return query(sql.text(), sql.arguments()).compose(filled -> run("""
                        INSERT INTO step_:day_next
                        SELECT s.*
                        FROM step_:day s
                        WHERE EXISTS (SELECT FROM execution_:day_next e WHERE e.id = s.execution_id)
                        """));
    }

    /** Copies the noted changes. Fails if there are too many. */
    private Future<Void> copyChanges(int max) {
        return query("DELETE FROM partition_change WHERE suffix = ':day' RETURNING execution_id", Tuple.tuple())
                .compose(rows -> {
                    UUID[] ids = Rows.toList(rows, row -> row.getUUID(0)).stream()
                            .distinct()
                            .toArray(UUID[]::new);
                    return ids.length == 0
                            ? Future.succeededFuture()
                            : ids.length > max ? Future.failedFuture(new DayIsKept()) : copy(Tuple.of(ids));
                });
    }

    private Future<Void> copy(Tuple ids) {
        return Pipeline.inTurn(List.of(
                query("DELETE FROM step_:day_next WHERE execution_id = ANY ($1)", ids),
                query("DELETE FROM execution_:day_next WHERE id = ANY ($1)", ids),
                query("INSERT INTO execution_:day_next SELECT e.* FROM execution_:day e WHERE e.id = ANY ($1)", ids),
                query("INSERT INTO step_:day_next SELECT s.* FROM step_:day s WHERE s.execution_id = ANY ($1)", ids)));
    }

    /**
     * Exchanges the partitions. Updates the rollups before locking, which shortens the lock, and corrects them under the
     * lock. A writer of the same day may deadlock with that. Then the lock times out, and the exchange is tried again.
     */
    private Future<Void> exchange(long bytes) {
        return DayDrop.requireRunning(connection, cleanup)
                .compose(running -> countDeleted())
                .compose(early -> run(LockRetry.PATIENCE + "; " + DayDrop.LOCK_PARENTS)
                        .compose(locked -> copyChanges(CHANGES_MAX))
                        .compose(copied -> query(LACKS_SPARED, Tuple.of(cleanup.id())))
                        .compose(lacking -> lacking.iterator().next().getBoolean(0)
                                ? Future.failedFuture(new DayIsKept())
                                : countDeleted())
                        .map(late -> early + late))
                .compose(deleted -> attachNext()
                        .compose(attached -> DayDrop.size(connection, List.of(tables)))
                        .compose(now -> connection
                                .preparedQuery(
                                        "UPDATE cleanup SET deleted = deleted + $2, bytes = bytes + $3 WHERE id = $1")
                                .execute(Tuple.of(cleanup.id(), deleted, Math.max(0, bytes - now)))))
                .mapEmpty();
    }

    private Future<Long> countDeleted() {
        return query(COUNT_DELETED, Tuple.of(day))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Attaching reads no rows, because the check constraint already implies the bounds. */
    private Future<Void> attachNext() {
        return run("""
                DELETE FROM unsuccessful_execution u
                WHERE u.id >= :first AND u.id < :end
                  AND NOT EXISTS (SELECT FROM execution_:day_next e WHERE e.id = u.id);
                DELETE FROM execution_retry r
                WHERE r.retry_of >= :first AND r.retry_of < :end
                  AND NOT EXISTS (SELECT FROM execution_:day_next e WHERE e.id = r.retry_of)
                  OR r.retry_id >= :first AND r.retry_id < :end
                  AND NOT EXISTS (SELECT FROM execution_:day_next e WHERE e.id = r.retry_id);
                %s;
                %s
                """.formatted(DetachedDays.detach(tables), tables.sqlForBoth("""
                        ALTER TABLE :table_:day_next RENAME TO :table_:day;
                        ALTER TABLE :table ATTACH PARTITION :table_:day FOR VALUES FROM (:first) TO (:end);
                        ALTER TABLE :table_:day DROP CONSTRAINT within_the_day""")));
    }

    private Future<RowSet<Row>> query(String sql, Tuple arguments) {
        return connection.preparedQuery(tables.sql(sql)).execute(arguments);
    }

    private Future<Void> run(String sql) {
        return connection.query(tables.sql(sql)).execute().mapEmpty();
    }

    private <T> Future<T> transaction(String begin, Supplier<Future<T>> work) {
        return Pipeline.transaction(connection, begin, work);
    }
}
