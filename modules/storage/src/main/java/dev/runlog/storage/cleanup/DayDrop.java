package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.LockRetry.DayIsKept;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.plan.CleanupDay;
import dev.runlog.storage.plan.CleanupPlan;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.Arrays;
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
        LocalDate[] dates = days.stream().map(CleanupDay::day).toArray(LocalDate[]::new);
        List<DayTables> tables = Arrays.stream(dates).map(DayTables::new).toList();
        return detached.requireRemoved(tables)
                .compose(removed -> locks.succeeds(() -> requireWhole(cleanup, dates)
                        // Also checked before locking: this plans the statement, and may show that the lock is
                        // unnecessary.
                        .compose(whole -> drop(cleanup, dates, tables))));
    }

    /**
     * Pipelines its statements, so it holds the lock for only two round trips: one to check that nothing is kept, one
     * to commit.
     */
    private Future<Void> drop(Cleanup cleanup, LocalDate[] dates, List<DayTables> tables) {
        Future<Long> bytes = size(connection, tables);
        Future<Void> begun = run("BEGIN; " + LockRetry.PATIENCE);
        Future<Void> running = requireRunning(connection, cleanup);
        Future<Void> locked = run(LOCK_PARENTS);
        Future<Void> whole = requireWhole(cleanup, dates);
        return Pipeline.orRollback(
                connection,
                Pipeline.inTurn(List.of(bytes, begun, running, locked, whole)).compose(checked -> {
                    if (bytes.result() == null) {
                        return Future.failedFuture(new DayIsKept());
                    }
                    Future<?> marked = connection
                            .preparedQuery(MARK_DROPPED)
                            .execute(Tuple.of(cleanup.id(), dates, bytes.result()));
                    Future<Void> committed = run(tables.stream()
                            .map(day -> DetachedDays.detach(day) + "; ")
                            .collect(Collectors.joining("", "", "COMMIT")));
                    return Pipeline.inTurn(List.of(marked, committed)).onSuccess(done -> tables.forEach(detached::add));
                }));
    }

    private Future<Void> requireWhole(Cleanup cleanup, LocalDate[] dates) {
        return new CleanupPlan(connection, cleanup)
                .days(dates)
                .compose(now -> now.stream().filter(CleanupDay::whole).count() == dates.length
                        ? Future.succeededFuture()
                        : Future.failedFuture(new DayIsKept()));
    }

    /** Locks the row of a running cleanup. Fails if the cleanup has ended. */
    static Future<Void> requireRunning(SqlConnection connection, Cleanup cleanup) {
        return CleanupLedger.lock(connection, cleanup)
                .compose(state -> state == Cleanup.State.RUNNING
                        ? Future.succeededFuture()
                        : Future.failedFuture(new DayIsKept()));
    }

    /** Bytes of the partitions of days; null if any are missing. */
    static Future<Long> size(SqlConnection connection, List<DayTables> days) {
        return connection
                .preparedQuery(SIZE)
                .execute(Tuple.of(days.stream()
                        .flatMap(day -> Stream.of("execution_" + day.suffix(), "step_" + day.suffix()))
                        .toArray(String[]::new)))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    private Future<Void> run(String sql) {
        return connection.query(sql).execute().mapEmpty();
    }
}
