package dev.runlog.storage;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The deleting itself, on a connection that holds the one lock of cleaners: where the process dies, so does the
 * connection, its transaction is undone and the lock is free. Each step moves rows, rollups and ledger in one
 * transaction.
 */
public final class CleanupSession {
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('runlog.cleanup'))";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(hashtext('runlog.cleanup'))";
    private static final String LOCK_STATE = "SELECT state FROM cleanup WHERE id = $1 FOR UPDATE";

    private static final String DELETE_STEPS = """
            DELETE FROM step
            WHERE execution_id = ANY ($1) AND execution_id BETWEEN $2 AND $3
            """;

    private static final String DELETE_EXECUTIONS = """
            DELETE FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3
            """;

    /** Locks the rollups in the order in which recording does, which an UPDATE with a join does not promise. */
    private static final String LOCK_DAILY = """
            SELECT 1
            FROM execution_daily d
            JOIN unnest($1::integer[], $2::uuid[], $3::date[]) AS gone (owner_id, workflow_id, day)
              ON d.owner_id = gone.owner_id AND d.workflow_id = gone.workflow_id AND d.day = gone.day
            ORDER BY d.owner_id, d.workflow_id, d.day
            FOR UPDATE OF d
            """;

    private static final String ADD_DELETED = """
            UPDATE execution_daily d
            SET success_deleted = d.success_deleted + gone.success,
                failed_deleted = d.failed_deleted + gone.failed,
                cancelled_deleted = d.cancelled_deleted + gone.cancelled,
                crashed_deleted = d.crashed_deleted + gone.crashed
            FROM unnest($1::integer[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::integer[],
                        $7::integer[])
              AS gone (owner_id, workflow_id, day, success, failed, cancelled, crashed)
            WHERE d.owner_id = gone.owner_id AND d.workflow_id = gone.workflow_id AND d.day = gone.day
            """;

    private static final String ADD_PROGRESS = """
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3
            WHERE id = $1
            """;

    /**
     * What a batch came to.
     *
     * @param rows how many executions it deleted
     * @param last the greatest id among them; null where there was none
     * @param open whether the cleanup is still to go on
     */
    public record Batch(long rows, @Nullable UUID last, boolean open) {}

    private final SqlConnection connection;
    private final PartitionSwap partitions;

    private CleanupSession(Database database, SqlConnection connection) {
        this.connection = connection;
        this.partitions = new PartitionSwap(database, connection);
    }

    /** Works as the one cleaner of the database; empty where another is at it. */
    static <T> Future<Optional<T>> open(Database database, Function<CleanupSession, Future<T>> work) {
        return database.withCleaningConnection(connection -> connection
                .query(TRY_LOCK)
                .execute()
                .compose(lock -> lock.iterator().next().getBoolean(0)
                        ? locked(database, connection, work)
                        : Future.succeededFuture(Optional.empty())));
    }

    private static <T> Future<Optional<T>> locked(
            Database database, SqlConnection connection, Function<CleanupSession, Future<T>> work) {
        CleanupSession session = new CleanupSession(database, connection);
        return session.partitions
                .sweep()
                .compose(swept -> work.apply(session))
                .map(Optional::of)
                .eventually(() -> connection.query(UNLOCK).execute());
    }

    /** Deletes the oldest of a day that are to go after an id, with their steps, and says so everywhere: all or nothing. */
    public Future<Batch> deleteBatch(
            Cleanup cleanup, CleanupDay day, @Nullable UUID after, int rowsMax, boolean waiting) {
        return transaction(connection, "BEGIN", () -> connection
                .preparedQuery(LOCK_STATE)
                .execute(Tuple.of(cleanup.id()))
                .compose(state -> {
                    if (state.iterator().next().getShort(0) != 2) {
                        return Future.succeededFuture(new Batch(0, null, false));
                    }
                    Sql sql = doomed(
                            "SELECT e.id, e.owner_id, e.workflow_id, e.status, " + CleanupStore.BYTES
                                    + " AS bytes\nFROM execution e\n",
                            cleanup,
                            day,
                            after);
                    sql.add("\nORDER BY e.id\nLIMIT ").bind(rowsMax);
                    sql.add("\nFOR UPDATE OF e" + (waiting ? "" : " SKIP LOCKED"));
                    return (waiting
                                    ? connection
                                            .query("SET LOCAL lock_timeout = '2s'")
                                            .execute()
                                    : Future.succeededFuture())
                            .compose(ready ->
                                    connection.preparedQuery(sql.text()).execute(sql.arguments()))
                            .map(rows -> ExecutionReads.all(rows, Doomed::of))
                            .compose(rows -> delete(cleanup.id(), rows));
                }));
    }

    /** Whether something of a day is still to go: rows that others held when it was their turn. */
    public Future<Boolean> hasLeft(Cleanup cleanup, CleanupDay day) {
        Sql sql = doomed("SELECT EXISTS (SELECT FROM execution e\n", cleanup, day, null);
        sql.add(")");
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).map(rows -> rows.iterator()
                .next()
                .getBoolean(0));
    }

    /** Finds anew what stays because something above it does. */
    public Future<Void> refreshSpared(Cleanup cleanup) {
        return transaction(connection, "BEGIN", () -> CleanupStore.addSpared(connection, cleanup));
    }

    /** Drops the partitions of days of which nothing stays; false where something does, then nothing is changed. */
    public Future<Boolean> drop(Cleanup cleanup, List<CleanupDay> days) {
        return areThere(days)
                .compose(there -> there
                        ? partitions.drop(cleanup, days).map(PartitionSwap.Swapped::done)
                        : Future.succeededFuture(false));
    }

    /**
     * Puts successors with what stays in the place of a day's partitions; drops them where nothing does. False where
     * that cannot be; then nothing is changed.
     */
    public Future<Boolean> rewrite(Cleanup cleanup, CleanupDay day) {
        return areThere(List.of(day))
                .compose(there -> there
                        ? partitions
                                .rewrite(cleanup, day)
                                .compose(done -> done.done()
                                        ? partitions.dropFiles(day).map(true)
                                        : Future.succeededFuture(false))
                        : Future.succeededFuture(false));
    }

    /** Lets what was deleted from a day be used again, and gives back what is free at the end of its files. */
    public Future<Void> vacuum(CleanupDay day) {
        return areThere(List.of(day))
                .compose(there -> there
                        ? connection
                                .query("VACUUM (SKIP_LOCKED, ANALYZE) execution_" + day.suffix() + ", step_"
                                        + day.suffix())
                                .execute()
                                .mapEmpty()
                        : Future.succeededFuture());
    }

    private Future<Boolean> areThere(List<CleanupDay> days) {
        return connection
                .preparedQuery("""
                        SELECT coalesce(bool_and(to_regclass(name) IS NOT NULL), false)
                        FROM unnest($1::text[]) AS asked (name)
                        """)
                .execute(Tuple.of(
                        days.stream().map(day -> "execution_" + day.suffix()).toArray(String[]::new)))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private static Sql doomed(String select, Cleanup cleanup, CleanupDay day, @Nullable UUID after) {
        Sql sql = new Sql().add(select).add("WHERE e.id >= ").bind(firstId(day.day()));
        sql.add(" AND e.id < ").bind(firstId(day.day().plusDays(1)));
        if (after != null) {
            sql.add(" AND e.id > ").bind(after);
        }
        sql.add(" AND ");
        CleanupScope.addDoomed(sql, cleanup);
        return sql;
    }

    static UUID firstId(LocalDate day) {
        return Ids.lowerBound(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private Future<Batch> delete(UUID cleanupId, List<Doomed> doomed) {
        if (doomed.isEmpty()) {
            return Future.succeededFuture(new Batch(0, null, true));
        }
        UUID[] ids = doomed.stream().map(Doomed::id).toArray(UUID[]::new);
        Tuple range = Tuple.of(ids, ids[0], ids[ids.length - 1]);
        long bytes = doomed.stream().mapToLong(Doomed::bytes).sum();
        Gone gone = Gone.of(doomed);
        return connection
                .preparedQuery(DELETE_STEPS)
                .execute(range)
                .compose(done -> connection.preparedQuery(DELETE_EXECUTIONS).execute(range))
                .compose(done -> connection.preparedQuery(LOCK_DAILY).execute(gone.keys()))
                .compose(done -> connection.preparedQuery(ADD_DELETED).execute(gone.sums()))
                .compose(done ->
                        connection.preparedQuery(ADD_PROGRESS).execute(Tuple.of(cleanupId, (long) ids.length, bytes)))
                .map(done -> new Batch(ids.length, ids[ids.length - 1], true));
    }

    /** Runs work between a beginning and a commit, or a rollback where it fails. */
    static <T> Future<T> transaction(SqlConnection connection, String begin, Supplier<Future<T>> work) {
        return connection.query(begin).execute().compose(begun -> work.get()
                .compose(result -> connection.query("COMMIT").execute().map(result))
                .recover(failure -> connection
                        .query("ROLLBACK")
                        .execute()
                        .otherwiseEmpty()
                        .compose(done -> Future.failedFuture(failure))));
    }

    /** A row that is to be deleted. */
    private record Doomed(UUID id, int ownerId, UUID workflowId, int status, long bytes) {
        static Doomed of(Row row) {
            return new Doomed(row.getUUID(0), row.getInteger(1), row.getUUID(2), row.getShort(3), row.getLong("bytes"));
        }

        LocalDate day() {
            return LocalDate.ofInstant(Ids.timeOf(id), ZoneOffset.UTC);
        }

        String key() {
            return ownerId + " " + workflowId;
        }
    }

    /** How many rows of each rollup go, by status. */
    private record Gone(List<Doomed> firsts, List<int[]> counts) {
        static Gone of(List<Doomed> doomed) {
            Map<String, Doomed> firsts = new TreeMap<>();
            Map<String, int[]> counts = new TreeMap<>();
            for (Doomed row : doomed) {
                firsts.putIfAbsent(row.key(), row);
                counts.computeIfAbsent(row.key(), key -> new int[6])[row.status()]++;
            }
            return new Gone(new ArrayList<>(firsts.values()), new ArrayList<>(counts.values()));
        }

        Tuple keys() {
            return Tuple.of(
                    firsts.stream().map(Doomed::ownerId).toArray(Integer[]::new),
                    firsts.stream().map(Doomed::workflowId).toArray(UUID[]::new),
                    firsts.stream().map(Doomed::day).toArray(LocalDate[]::new));
        }

        Tuple sums() {
            Tuple sums = keys();
            for (int status = 2; status <= 5; status++) {
                int of = status;
                sums.addValue(counts.stream().map(count -> count[of]).toArray(Integer[]::new));
            }
            return sums;
        }
    }
}
