package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.LockRetry.SomethingStays;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Replaces the partitions of a day with new ones that have only the kept rows. The new partitions are filled from one
 * snapshot, while triggers note which executions change. Changes are copied in rounds until few remain. The last ones
 * are copied under the lock that also covers the exchange of the partitions. A cleanup deletes only rows written before
 * it began, so every changed row is copied.
 */
final class DayRewrite {
    private static final int CATCH_UP_ROUNDS_MAX = 10;
    /** Catching up ends when a round has no more changes than this. */
    private static final int CAUGHT_UP_CHANGES_MAX = 1000;
    /** With this many changes, recording is so busy on the day that batches are cheaper. */
    private static final int CHANGES_MAX = 5000;

    /**
     * Counts finished executions as deleted if the new partition lacks them. The cleaner has its own shard of totals.
     */
    private static final String COUNT_DELETED = """
            WITH kept AS (
              SELECT owner_id, workflow_id, count(*) FILTER (WHERE status = 2)::integer AS success,
                     count(*) FILTER (WHERE status = 3)::integer AS failed,
                     count(*) FILTER (WHERE status = 4)::integer AS cancelled,
                     count(*) FILTER (WHERE status = 5)::integer AS crashed
              FROM execution_:day_next
              GROUP BY owner_id, workflow_id),
            deleted AS (
              SELECT d.owner_id, d.workflow_id, d.day,
                     d.success - d.success_deleted - coalesce(k.success, 0) AS success,
                     d.failed - d.failed_deleted - coalesce(k.failed, 0) AS failed,
                     d.cancelled - d.cancelled_deleted - coalesce(k.cancelled, 0) AS cancelled,
                     d.crashed - d.crashed_deleted - coalesce(k.crashed, 0) AS crashed
              FROM execution_daily d
              LEFT JOIN kept k ON k.owner_id = d.owner_id AND k.workflow_id = d.workflow_id
              WHERE d.day = $1
              ORDER BY d.owner_id, d.workflow_id, d.day
              FOR UPDATE OF d),
            counted AS (
              UPDATE execution_daily d
              SET success_deleted = d.success_deleted + l.success,
                  failed_deleted = d.failed_deleted + l.failed,
                  cancelled_deleted = d.cancelled_deleted + l.cancelled,
                  crashed_deleted = d.crashed_deleted + l.crashed
              FROM deleted l
              WHERE d.owner_id = l.owner_id AND d.workflow_id = l.workflow_id AND d.day = l.day
                AND (l.success, l.failed, l.cancelled, l.crashed) <> (0, 0, 0, 0)),
            totals AS (
              INSERT INTO execution_day AS known
                (day, shard, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
              SELECT day, -1, sum(success), sum(failed), sum(cancelled), sum(crashed)
              FROM deleted
              GROUP BY day
              ON CONFLICT (day, shard) DO UPDATE
              SET success_deleted = known.success_deleted + excluded.success_deleted,
                  failed_deleted = known.failed_deleted + excluded.failed_deleted,
                  cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                  crashed_deleted = known.crashed_deleted + excluded.crashed_deleted)
            SELECT coalesce(sum(success + failed + cancelled + crashed), 0)::bigint
            FROM deleted
            """;

    /** Whether the new partition lacks spared executions, because some were held after it was filled. */
    private static final String LACKS_SPARED = """
            SELECT EXISTS (
              SELECT FROM cleanup_spared s
              JOIN execution_:day e ON e.id = s.execution_id
              WHERE s.cleanup_id = $1 AND NOT EXISTS (SELECT FROM execution_:day_next n WHERE n.id = e.id))
            """;

    private static final String ADD_PROGRESS = """
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3, partitions_dropped = partitions_dropped + $4
            WHERE id = $1
            """;

    private final SqlConnection connection;
    private final LockRetry locks;
    private final DetachedDays detached;
    private final Cleanup cleanup;
    private final CleanupDay day;

    DayRewrite(SqlConnection connection, LockRetry locks, DetachedDays detached, Cleanup cleanup, CleanupDay day) {
        this.connection = connection;
        this.locks = locks;
        this.detached = detached;
        this.cleanup = cleanup;
        this.day = day;
    }

    /** Rewrites the day. Returns false and changes nothing if recording is too busy on it or a lock is unavailable. */
    Future<Boolean> run() {
        return detached.requireRemoved(List.of(day))
                .compose(ready -> locks.run(attempt -> transaction("BEGIN", this::createNext)))
                .compose(done -> transaction("BEGIN ISOLATION LEVEL REPEATABLE READ", this::fill))
                .compose(done -> catchUp(CATCH_UP_ROUNDS_MAX))
                .compose(caughtUp -> caughtUp
                        ? DayDrop.size(connection, List.of(day))
                                .compose(bytes -> locks.succeeds(
                                        attempt -> transaction("BEGIN", () -> exchange(bytes, attempt % 2 != 0))))
                        : Future.succeededFuture(false))
                .compose(
                        done -> {
                            if (done) {
                                detached.add(day.suffix());
                                return Future.succeededFuture(true);
                            }
                            return detached.dropLeftOvers().map(false);
                        },
                        failure -> detached.dropLeftOvers()
                                .otherwiseEmpty()
                                .compose(done -> Future.failedFuture(failure)));
    }

    /** Creates the new partitions, and the triggers that note changes of the old ones. */
    private Future<Void> createNext() {
        return run("""
                %1$s;
                CREATE TABLE execution_:day_next (LIKE execution INCLUDING ALL);
                ALTER TABLE execution_:day_next ADD CONSTRAINT within_the_day CHECK (id >= '%2$s' AND id < '%3$s');
                CREATE TRIGGER runlog_change AFTER INSERT OR UPDATE OR DELETE ON execution_:day
                  FOR EACH ROW EXECUTE FUNCTION note_partition_change('execution', ':day');
                CREATE TABLE step_:day_next (LIKE step INCLUDING ALL);
                ALTER TABLE step_:day_next
                  ADD CONSTRAINT within_the_day CHECK (execution_id >= '%2$s' AND execution_id < '%3$s');
                CREATE TRIGGER runlog_change AFTER INSERT OR UPDATE OR DELETE ON step_:day
                  FOR EACH ROW EXECUTE FUNCTION note_partition_change('step', ':day')
                """.formatted(LockRetry.PATIENCE, firstId(), endId()));
    }

    private Future<Void> fill() {
        Sql sql = new Sql();
        sql.add(withSuffix("INSERT INTO execution_:day_next\nSELECT e.*\nFROM execution_:day e\nWHERE ("))
                .add(CleanupCondition.deletable(sql, cleanup))
                .add(") IS NOT TRUE");
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).compose(done -> run("""
                        INSERT INTO step_:day_next
                        SELECT s.*
                        FROM step_:day s
                        WHERE EXISTS (SELECT FROM execution_:day_next e WHERE e.id = s.execution_id)
                        """));
    }

    /** Copies changes in rounds until few remain. Returns false if recording is faster. */
    private Future<Boolean> catchUp(int roundsLeft) {
        return transaction("BEGIN ISOLATION LEVEL REPEATABLE READ", () -> copyChanges(Integer.MAX_VALUE))
                .compose(changes -> changes <= CAUGHT_UP_CHANGES_MAX
                        ? Future.succeededFuture(true)
                        : roundsLeft == 0 ? Future.succeededFuture(false) : catchUp(roundsLeft - 1));
    }

    /** Copies the noted changes unless there are too many, and returns their number. */
    private Future<Integer> copyChanges(int max) {
        return connection
                .preparedQuery("DELETE FROM partition_change WHERE suffix = $1 RETURNING execution_id")
                .execute(Tuple.of(day.suffix()))
                .compose(rows -> {
                    UUID[] ids = Rows.toList(rows, row -> row.getUUID(0)).stream()
                            .distinct()
                            .toArray(UUID[]::new);
                    return ids.length == 0 || ids.length >= max
                            ? Future.succeededFuture(ids.length)
                            : copy(ids).map(ids.length);
                });
    }

    private Future<Void> copy(UUID[] ids) {
        return Pipeline.inTurn(List.of(
                query("DELETE FROM step_:day_next WHERE execution_id = ANY ($1)", Tuple.of(ids)),
                query("DELETE FROM execution_:day_next WHERE id = ANY ($1)", Tuple.of(ids)),
                query(
                        "INSERT INTO execution_:day_next SELECT e.* FROM execution_:day e WHERE e.id = ANY ($1)",
                        Tuple.of(ids)),
                query(
                        "INSERT INTO step_:day_next SELECT s.* FROM step_:day s WHERE s.execution_id = ANY ($1)",
                        Tuple.of(ids))));
    }

    /**
     * Exchanges the partitions.
     *
     * @param countFirst whether to update the rollups before locking. This shortens the lock but may deadlock with a
     *     writer of the same day, so only every other attempt does it.
     */
    private Future<Void> exchange(long bytes, boolean countFirst) {
        return CleanupLedger.lockRunning(connection, cleanup)
                .compose(open -> countFirst ? countDeleted() : Future.succeededFuture(0L))
                .compose(early -> run(LockRetry.PATIENCE + "; " + DayDrop.LOCK_PARENTS)
                        .compose(locked -> copyChanges(CHANGES_MAX))
                        .compose(changes -> changes < CHANGES_MAX
                                ? queryBoolean(LACKS_SPARED, cleanup.id())
                                : Future.succeededFuture(true))
                        .compose(unusable -> unusable ? Future.failedFuture(new SomethingStays()) : countDeleted())
                        .map(late -> early + late))
                .compose(deleted -> run("""
                                DELETE FROM unsuccessful_execution u
                                WHERE u.id >= '%s' AND u.id < '%s'
                                  AND NOT EXISTS (SELECT FROM execution_:day_next e WHERE e.id = u.id);
                                %s;
                                DELETE FROM partition_change WHERE suffix = ':day'
                                """.formatted(firstId(), endId(), DetachedDays.detach(day.suffix())))
                        .compose(done -> queryBoolean("SELECT NOT EXISTS (SELECT FROM execution_:day_next)"))
                        .compose(empty -> attachOrDrop(empty)
                                .compose(done ->
                                        empty ? Future.succeededFuture(0L) : DayDrop.size(connection, List.of(day)))
                                .compose(now -> query(
                                        ADD_PROGRESS,
                                        Tuple.of(cleanup.id(), deleted, Math.max(0, bytes - now), empty ? 1 : 0)))))
                .mapEmpty();
    }

    private Future<Long> countDeleted() {
        return connection
                .preparedQuery(withSuffix(COUNT_DELETED))
                .execute(Tuple.of(day.day()))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Attaching reads no rows, because the check constraint already implies the bounds. */
    private Future<Void> attachOrDrop(boolean empty) {
        return empty ? run("DROP TABLE execution_:day_next, step_:day_next") : run("""
                        ALTER TABLE execution_:day_next RENAME TO execution_:day;
                        ALTER TABLE execution ATTACH PARTITION execution_:day FOR VALUES FROM ('%1$s') TO ('%2$s');
                        ALTER TABLE execution_:day DROP CONSTRAINT within_the_day;
                        ALTER TABLE step_:day_next RENAME TO step_:day;
                        ALTER TABLE step ATTACH PARTITION step_:day FOR VALUES FROM ('%1$s') TO ('%2$s');
                        ALTER TABLE step_:day DROP CONSTRAINT within_the_day
                        """.formatted(firstId(), endId()));
    }

    private UUID firstId() {
        return CleanupDay.firstId(day.day());
    }

    private UUID endId() {
        return CleanupDay.firstId(day.day().plusDays(1));
    }

    private Future<Boolean> queryBoolean(String sql, Object... arguments) {
        return query(sql, Tuple.from(arguments))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private Future<io.vertx.sqlclient.RowSet<io.vertx.sqlclient.Row>> query(String sql, Tuple arguments) {
        return connection.preparedQuery(withSuffix(sql)).execute(arguments);
    }

    private Future<Void> run(String sql) {
        return connection.query(withSuffix(sql)).execute().mapEmpty();
    }

    private String withSuffix(String sql) {
        return sql.replace(":day", day.suffix());
    }

    private <T> Future<T> transaction(String begin, Supplier<Future<T>> work) {
        return Pipeline.transaction(connection, begin, work);
    }
}
