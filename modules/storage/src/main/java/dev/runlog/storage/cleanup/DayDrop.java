package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.LockRetry.SomethingStays;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Drops days on which a cleanup deletes everything. One transaction detaches their partitions and updates the rollups
 * and the ledger. Its lock makes readers and writers wait for a few milliseconds only. The files are removed later.
 */
final class DayDrop {
    static final String LOCK_PARENTS = "LOCK TABLE ONLY execution, ONLY step IN ACCESS EXCLUSIVE MODE";

    /** Workflow rollups are updated later, because that takes longest. Until then, readers use {@code dropped_day}. */
    private static final String MARK_DROPPED = """
            WITH dropped AS (
              SELECT coalesce(sum(success - success_deleted + failed - failed_deleted + cancelled - cancelled_deleted
                                  + crashed - crashed_deleted), 0)::bigint AS rows
              FROM execution_day
              WHERE day = ANY ($2)),
            marked AS (
              INSERT INTO dropped_day (day)
              SELECT day FROM unnest($2) AS asked (day)
              ON CONFLICT (day) DO NOTHING),
            counted AS (
              UPDATE execution_day
              SET success_deleted = success, failed_deleted = failed, cancelled_deleted = cancelled,
                  crashed_deleted = crashed
              WHERE day = ANY ($2))
            UPDATE cleanup
            SET deleted = cleanup.deleted + dropped.rows, bytes = bytes + $3,
                partitions_dropped = partitions_dropped + cardinality($2)
            FROM dropped
            WHERE id = $1
            """;

    private static final String SIZE = """
            SELECT CASE WHEN bool_and(partition IS NOT NULL)
              THEN sum(pg_total_relation_size(partition))::bigint END
            FROM unnest($1::text[]) AS asked (name), to_regclass(name) AS partition
            """;

    private final SqlConnection connection;
    private final LockRetry locks;
    private final DetachedDays detached;

    DayDrop(SqlConnection connection, LockRetry locks, DetachedDays detached) {
        this.connection = connection;
        this.locks = locks;
        this.detached = detached;
    }

    /** Drops all of the days or none. Returns false if an execution on one of them is kept. */
    Future<Boolean> run(Cleanup cleanup, List<CleanupDay> days) {
        return detached.requireRemoved(days)
                // Also checked before locking: this plans the statement, and may show that the lock is unnecessary.
                .compose(ready -> requireWhole(cleanup, days))
                .compose(whole -> locks.succeeds(attempt -> drop(cleanup, days)))
                .recover(failure -> failure instanceof SomethingStays
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(failure));
    }

    /**
     * Pipelines its statements, so it holds the lock for only two round trips: one to check that nothing is kept, one
     * to commit.
     */
    private Future<Void> drop(Cleanup cleanup, List<CleanupDay> days) {
        Future<Long> bytes = size(connection, days);
        Future<Void> begun = run("BEGIN; " + LockRetry.PATIENCE);
        Future<Void> open = CleanupLedger.lockRunning(connection, cleanup);
        Future<Void> locked = run(LOCK_PARENTS);
        Future<Void> whole = requireWhole(cleanup, days);
        return Pipeline.orRollback(
                connection,
                Pipeline.inTurn(List.of(bytes, begun, open, locked, whole)).compose(checked -> {
                    if (bytes.result() == null) {
                        return Future.failedFuture(new SomethingStays());
                    }
                    Future<?> marked = connection
                            .preparedQuery(MARK_DROPPED)
                            .execute(Tuple.of(cleanup.id(), dates(days), bytes.result()));
                    Future<Void> committed = run(days.stream()
                            .map(day -> DetachedDays.detach(day.suffix()) + "; ")
                            .collect(Collectors.joining("", "", "COMMIT")));
                    return Pipeline.inTurn(List.of(marked, committed))
                            .onSuccess(done -> days.forEach(day -> detached.add(day.suffix())));
                }));
    }

    private Future<Void> requireWhole(Cleanup cleanup, List<CleanupDay> days) {
        return new CleanupPlan(connection, cleanup)
                .days(dates(days))
                .compose(now -> now.stream().filter(CleanupDay::whole).count() == days.size()
                        ? Future.succeededFuture()
                        : Future.failedFuture(new SomethingStays()));
    }

    /** Bytes of the partitions of days; null if any are missing. */
    static Future<Long> size(SqlConnection connection, List<CleanupDay> days) {
        return connection
                .preparedQuery(SIZE)
                .execute(Tuple.of(days.stream()
                        .flatMap(day -> Stream.of("execution_" + day.suffix(), "step_" + day.suffix()))
                        .toArray(String[]::new)))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    private static LocalDate[] dates(List<CleanupDay> days) {
        return days.stream().map(CleanupDay::day).toArray(LocalDate[]::new);
    }

    private Future<Void> run(String sql) {
        return connection.query(sql).execute().mapEmpty();
    }
}
