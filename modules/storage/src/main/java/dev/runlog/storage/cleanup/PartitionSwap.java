package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes days' partitions out of sight whole, or puts successors in their place that hold what stays. Readers and writers
 * see the one or the other, as both change in one transaction, with the rollups and the ledger; it holds the lock that
 * they wait for some milliseconds only, and gives up rather than let them queue behind it. A successor is filled
 * beforehand, while triggers note what changes meanwhile. The files go afterwards, when nobody waits for them. What a
 * crash leaves of all that is dropped by {@link #sweep}.
 */
final class PartitionSwap {
    private static final Logger log = LoggerFactory.getLogger(PartitionSwap.class);
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK = "40P01";
    private static final int ATTEMPTS = 20;
    /** How long others may queue behind an attempt at most. */
    static final String PATIENCE = "SET LOCAL lock_timeout = '200ms'";

    /** Nobody queues behind who removes files, and autovacuum makes way after {@code deadlock_timeout}. */
    private static final String PATIENCE_FOR_FILES = "SET LOCAL lock_timeout = '2s'";
    /** Each commit that removes files looks through all shared buffers for their pages. */
    private static final int FILES_AT_ONCE = 4;

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int PAUSES_MAX = 10;
    /** Beyond that many, recording is so busy on the day that batches are the better way. */
    private static final int CHANGES_MAX = 5000;

    private static final String LOCK_PARENTS = "LOCK TABLE ONLY execution, ONLY step IN ACCESS EXCLUSIVE MODE";
    private static final String LOCK_CLEANUP = "SELECT state FROM cleanup WHERE id = $1 FOR UPDATE";

    /**
     * Of a day, everything that is over goes but for what {@code kept} tells; returns how many executions that were.
     * The cleaner's shard of the totals is its own, so that recording never waits for it.
     */
    private static final String COUNT_DELETED = """
            WITH kept AS (:kept),
            locked AS (
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
              FROM locked l
              WHERE d.owner_id = l.owner_id AND d.workflow_id = l.workflow_id AND d.day = l.day
                AND (l.success, l.failed, l.cancelled, l.crashed) <> (0, 0, 0, 0)),
            totals AS (
              INSERT INTO execution_day AS known
                (day, shard, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
              SELECT day, -1, sum(success), sum(failed), sum(cancelled), sum(crashed)
              FROM locked
              GROUP BY day
              ON CONFLICT (day, shard) DO UPDATE
              SET success_deleted = known.success_deleted + excluded.success_deleted,
                  failed_deleted = known.failed_deleted + excluded.failed_deleted,
                  cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                  crashed_deleted = known.crashed_deleted + excluded.crashed_deleted)
            SELECT coalesce(sum(success + failed + cancelled + crashed), 0)::bigint AS deleted
            FROM locked
            """;

    /** All that is over goes, which the rollups of workflows are told later: that takes longer than all the rest. */
    private static final String MARK_DROPPED = """
            WITH gone AS (
              SELECT coalesce(sum(success - success_deleted + failed - failed_deleted + cancelled - cancelled_deleted
                                  + crashed - crashed_deleted), 0)::bigint AS deleted
              FROM execution_day
              WHERE day = ANY ($2)),
            marked AS (
              INSERT INTO dropped_day (day)
              SELECT day FROM unnest($2) AS gone (day)
              ON CONFLICT (day) DO NOTHING),
            counted AS (
              UPDATE execution_day
              SET success_deleted = success, failed_deleted = failed, cancelled_deleted = cancelled,
                  crashed_deleted = crashed
              WHERE day = ANY ($2))
            UPDATE cleanup
            SET deleted = cleanup.deleted + gone.deleted, bytes = bytes + $3,
                partitions_dropped = partitions_dropped + cardinality($2)
            FROM gone
            WHERE id = $1
            """;

    private static final String KEPT = """
            SELECT owner_id, workflow_id, count(*) FILTER (WHERE status = 2)::integer AS success,
                   count(*) FILTER (WHERE status = 3)::integer AS failed,
                   count(*) FILTER (WHERE status = 4)::integer AS cancelled,
                   count(*) FILTER (WHERE status = 5)::integer AS crashed
            FROM :next
            GROUP BY owner_id, workflow_id
            """;

    private static final String ADD_PROGRESS = """
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3, partitions_dropped = partitions_dropped + $4
            WHERE id = $1
            """;

    private final Database database;
    private final SqlConnection connection;
    private final WholeCheck check;
    /** The days that are out of sight and whose files are there still. */
    private final Deque<String> outOfSight = new ArrayDeque<>();

    PartitionSwap(Database database, SqlConnection connection) {
        this.database = database;
        this.connection = connection;
        this.check = new WholeCheck(connection);
    }

    /** Drops what a crash has left. */
    Future<Void> sweep() {
        return connection.query("""
                        SELECT 'DROP TABLE ' || relname AS act
                        FROM pg_class
                        WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^(execution|step)_[0-9]{8}_(next|gone)$'
                        UNION ALL
                        SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass
                        FROM pg_trigger
                        WHERE tgname = 'runlog_change'
                        UNION ALL
                        SELECT 'TRUNCATE partition_change'
                        WHERE EXISTS (SELECT FROM partition_change)
                        ORDER BY act
                        """).execute().compose(rows -> {
            Future<Void> swept = Future.succeededFuture();
            for (Row row : rows) {
                String act = row.getString(0);
                log.info("A cleanup was cut off; {}", act);
                swept = swept.compose(done -> retrying(() -> patiently(PATIENCE, act)));
            }
            return swept;
        });
    }

    /** Takes days of which nothing stays out of sight, all or none; does nothing where something does. */
    Future<Boolean> drop(Cleanup cleanup, List<CleanupDay> days) {
        return withoutFilesOf(days)
                .compose(ready -> check.prepare(cleanup, days))
                .compose(whole -> whole
                        ? attempt(1, number -> sparedAnew(cleanup, number).compose(known -> dropOnce(cleanup, days)))
                        : Future.succeededFuture(false));
    }

    /** Between tries somebody may hold what rows of these days are below. */
    private Future<Void> sparedAnew(Cleanup cleanup, int number) {
        return number == 1
                ? Future.succeededFuture()
                : transaction("BEGIN", () -> CleanupRules.refreshSpared(connection, cleanup));
    }

    /** Puts in place of a day's partitions what stays of them. */
    Future<Boolean> rewrite(Cleanup cleanup, CleanupDay day) {
        Successor next = new Successor(connection, day);
        return withoutFilesOf(List.of(day))
                .compose(ready -> retrying(next::prepare))
                .compose(done -> transaction("BEGIN ISOLATION LEVEL REPEATABLE READ", () -> next.fill(cleanup)))
                .compose(done -> next.catchUp(cleanup))
                .compose(few -> few
                        ? bytes(List.of(day))
                                .compose(bytes -> attempt(
                                        1,
                                        number -> transaction(
                                                "BEGIN",
                                                () -> replaceOnce(cleanup, day, next, bytes, number % 2 != 0))))
                        : Future.succeededFuture(false))
                .compose(
                        done -> {
                            if (done) {
                                outOfSight.add(day.suffix());
                                return Future.succeededFuture(true);
                            }
                            return sweep().map(false);
                        },
                        failure -> sweep().otherwiseEmpty().compose(done -> Future.failedFuture(failure)));
    }

    /**
     * Statements are sent right behind each other, so that the lock is held for two waits for the database: one to hear
     * whether nothing stays, one to commit.
     */
    private Future<Boolean> dropOnce(Cleanup cleanup, List<CleanupDay> days) {
        Future<@Nullable Long> bytes = bytes(days);
        Future<Void> begun = run("BEGIN; " + PATIENCE);
        Future<Void> open = requireOpen(cleanup);
        Future<Void> locked = run(LOCK_PARENTS);
        Future<Boolean> whole = check.isWhole(cleanup, days);
        return CleanupSession.orRollback(
                connection,
                CleanupSession.inTurn(List.of(bytes, begun, open, locked, whole))
                        .compose(asked -> {
                            if (bytes.result() == null || !whole.result()) {
                                return Future.failedFuture(new NotWhole());
                            }
                            Future<?> marked = connection
                                    .preparedQuery(MARK_DROPPED)
                                    .execute(Tuple.of(cleanup.id(), WholeCheck.dates(days), bytes.result()));
                            Future<Void> committed = run(days.stream()
                                    .map(day -> Successor.detach(day.suffix()) + "; ")
                                    .collect(Collectors.joining("", "", "COMMIT")));
                            return CleanupSession.inTurn(List.of(marked, committed));
                        })
                        .map(done -> {
                            days.forEach(day -> outOfSight.add(day.suffix()));
                            return true;
                        }));
    }

    private Future<Boolean> replaceOnce(
            Cleanup cleanup, CleanupDay day, Successor next, long bytes, boolean countFirst) {
        String kept = KEPT.replace(":next", "execution_" + day.suffix() + "_next");
        return requireOpen(cleanup)
                .compose(open -> CleanupRules.refreshSpared(connection, cleanup))
                .compose(known -> countFirst ? countDeleted(day, kept) : Future.succeededFuture(0L))
                .compose(counted -> run(PATIENCE)
                        .compose(done -> run(LOCK_PARENTS))
                        .compose(done -> next.takeChanges(cleanup, CHANGES_MAX))
                        .compose(changes ->
                                changes < CHANGES_MAX ? next.lacksSpared(cleanup) : Future.failedFuture(new NotWhole()))
                        .compose(lacks -> lacks ? Future.failedFuture(new NotWhole()) : countDeleted(day, kept))
                        .compose(more -> next.unlist().map(counted + more)))
                .compose(deleted -> next.isEmpty().compose(empty -> next.detachOld()
                        .compose(done -> empty ? next.drop() : next.attach())
                        .compose(done -> empty ? Future.succeededFuture(0L) : bytes(List.of(day)))
                        .compose(now -> progress(cleanup, deleted, bytes - now, empty ? 1 : 0))
                        .map(done -> true)));
    }

    private Future<Long> countDeleted(CleanupDay day, String kept) {
        return connection
                .preparedQuery(COUNT_DELETED.replace(":kept", kept))
                .execute(Tuple.of(day.day()))
                .map(rows -> rows.iterator().next().getLong("deleted"));
    }

    private Future<Void> requireOpen(Cleanup cleanup) {
        return connection
                .preparedQuery(LOCK_CLEANUP)
                .execute(Tuple.of(cleanup.id()))
                .compose(rows -> rows.iterator().next().getShort(0) == 2
                        ? Future.succeededFuture()
                        : Future.failedFuture(new NotWhole()));
    }

    private Future<Void> progress(Cleanup cleanup, long deleted, long bytes, int dropped) {
        return connection
                .preparedQuery(ADD_PROGRESS)
                .execute(Tuple.of(cleanup.id(), deleted, Math.max(0, bytes), dropped))
                .mapEmpty();
    }

    /** Null where the partitions of a day are not there. */
    private Future<@Nullable Long> bytes(List<CleanupDay> days) {
        return connection
                .preparedQuery("""
                        SELECT CASE WHEN bool_and(partition IS NOT NULL)
                          THEN sum(pg_total_relation_size(partition))::bigint END
                        FROM unnest($1::text[]) AS asked (name), to_regclass(name) AS partition
                        """)
                .execute(Tuple.of(days.stream()
                        .flatMap(day -> Stream.of("execution_" + day.suffix(), "step_" + day.suffix()))
                        .toArray(String[]::new)))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Once it is known that something stays after all, or that the cleanup is over. */
    private static final class NotWhole extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotWhole() {
            super("Something stays.", null, false, false);
        }
    }

    /** One try of a swap in a transaction of its own, told the how manyth it is. */
    private interface Try {
        Future<Boolean> once(int number);
    }

    /**
     * Tries until the lock comes at once. Counting first keeps the time of the lock short; but who records into that
     * very day stands in the way of both then, so every other try counts under the lock.
     */
    private Future<Boolean> attempt(int number, Try swap) {
        return swap.once(number).compose(Future::succeededFuture, failure -> {
            if (failure instanceof NotWhole || isInTheWay(failure) && number == ATTEMPTS) {
                return Future.succeededFuture(false);
            }
            return isInTheWay(failure)
                    ? pause(number).compose(done -> attempt(number + 1, swap))
                    : Future.failedFuture(failure);
        });
    }

    /** Removes the files of some days that are out of sight; returns whether there were any. */
    Future<Boolean> removeFiles() {
        List<String> some = outOfSight.stream().limit(FILES_AT_ONCE).toList();
        if (some.isEmpty()) {
            return Future.succeededFuture(false);
        }
        String tables = some.stream()
                .map(suffix -> "execution_" + suffix + "_gone, step_" + suffix + "_gone")
                .collect(Collectors.joining(", "));
        return retrying(() -> patiently(PATIENCE_FOR_FILES, "DROP TABLE IF EXISTS " + tables))
                .map(done -> {
                    some.forEach(outOfSight::remove);
                    return true;
                });
    }

    /** Where their files could not be removed before, their names are taken. */
    private Future<Void> withoutFilesOf(List<CleanupDay> days) {
        return days.stream().map(CleanupDay::suffix).noneMatch(outOfSight::contains)
                ? Future.succeededFuture()
                : removeFiles().compose(done -> withoutFilesOf(days));
    }

    private Future<Void> retrying(Supplier<Future<Void>> work) {
        return retrying(1, work);
    }

    private Future<Void> retrying(int number, Supplier<Future<Void>> work) {
        return work.get()
                .recover(failure -> isInTheWay(failure) && number < ATTEMPTS
                        ? pause(number).compose(done -> retrying(number + 1, work))
                        : Future.failedFuture(failure));
    }

    private Future<Void> pause(int number) {
        return database.pause(PAUSE.multipliedBy(Math.min(number, PAUSES_MAX)));
    }

    private static boolean isInTheWay(Throwable failure) {
        return failure instanceof PgException refused
                && Arrays.asList(LOCK_NOT_AVAILABLE, DEADLOCK).contains(refused.getSqlState());
    }

    private Future<Void> patiently(String patience, String sql) {
        return transaction("BEGIN; " + patience, () -> run(sql));
    }

    private Future<Void> run(String sql) {
        return connection.query(sql).execute().mapEmpty();
    }

    private <T> Future<T> transaction(String begin, Supplier<Future<T>> work) {
        return CleanupSession.transaction(connection, begin, work);
    }
}
