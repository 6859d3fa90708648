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

    /** Tells also whether anybody else asks something of the database just now, on whatever server. */
    private static final String LOCK_STATE = """
            SELECT c.state,
                   EXISTS (
                     SELECT FROM pg_stat_get_activity(NULL) a
                     WHERE a.state = 'active' AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
                       AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS shared
            FROM cleanup c
            WHERE c.id = $1
            FOR UPDATE
            """;

    private static final String DELETE_STEPS = """
            DELETE FROM step
            WHERE execution_id = ANY ($1) AND execution_id BETWEEN $2 AND $3
            """;

    private static final String DELETE_EXECUTIONS = """
            DELETE FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3
            """;

    /** An insert that always meets its row, as that locks in the order of the rows and recording does it so too. */
    private static final String ADD_DELETED = """
            INSERT INTO execution_daily AS known
              (owner_id, workflow_id, day, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
            SELECT owner_id, workflow_id, day, success, failed, cancelled, crashed
            FROM unnest($1::integer[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::integer[],
                        $7::integer[])
              AS gone (owner_id, workflow_id, day, success, failed, cancelled, crashed)
            ORDER BY owner_id, workflow_id, day
            ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
            SET success_deleted = known.success_deleted + excluded.success_deleted,
                failed_deleted = known.failed_deleted + excluded.failed_deleted,
                cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                crashed_deleted = known.crashed_deleted + excluded.crashed_deleted
            """;

    /** The cleaner's shard is its own, so that recording never waits for it. */
    private static final String ADD_DAYS_DELETED = """
            INSERT INTO execution_day AS known
              (day, shard, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
            SELECT day, -1, sum(success), sum(failed), sum(cancelled), sum(crashed)
            FROM unnest($1::date[], $2::integer[], $3::integer[], $4::integer[], $5::integer[])
              AS gone (day, success, failed, cancelled, crashed)
            GROUP BY day
            ORDER BY day
            ON CONFLICT (day, shard) DO UPDATE
            SET success_deleted = known.success_deleted + excluded.success_deleted,
                failed_deleted = known.failed_deleted + excluded.failed_deleted,
                cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                crashed_deleted = known.crashed_deleted + excluded.crashed_deleted
            """;

    private static final String ADD_PROGRESS = """
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3
            WHERE id = $1
            """;

    /**
     * What a batch came to.
     *
     * @param byDay how many executions it deleted
     * @param last the greatest id among those it looked at; null where there was none
     * @param skipped how many were to go but are held by others at the moment
     * @param open whether the cleanup is still to go on
     * @param shared whether others were at the database, too
     */
    public record Batch(
            Map<LocalDate, Integer> byDay, @Nullable UUID last, int skipped, boolean open, boolean shared) {
        public long rows() {
            return byDay.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

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

    /**
     * Deletes the oldest of some days that are to go after an id, with their steps, and says so everywhere: all or
     * nothing.
     *
     * @param from the first day
     * @param to the last day
     * @param waiting whether to wait a moment for rows that others hold, else they are skipped
     */
    public Future<Batch> deleteBatch(
            Cleanup cleanup, LocalDate from, LocalDate to, @Nullable UUID after, int rowsMax, boolean waiting) {
        return transaction(connection, waiting ? "BEGIN; SET LOCAL lock_timeout = '2s'" : "BEGIN", () -> connection
                .preparedQuery(LOCK_STATE)
                .execute(Tuple.of(cleanup.id()))
                .map(rows -> rows.iterator().next())
                .compose(now -> {
                    boolean shared = now.getBoolean("shared");
                    if (now.getShort("state") != 2) {
                        return Future.succeededFuture(new Batch(Map.of(), null, 0, false, shared));
                    }
                    return find(cleanup, from, to, after, rowsMax)
                            .compose(found -> found.length == 0
                                    ? Future.succeededFuture(new Batch(Map.of(), null, 0, true, shared))
                                    : lock(cleanup, found, waiting).compose(doomed -> delete(cleanup.id(), doomed)
                                            .map(done -> new Batch(
                                                    Doomed.byDay(doomed),
                                                    found[found.length - 1],
                                                    found.length - doomed.size(),
                                                    true,
                                                    shared))));
                }));
    }

    /** The ids in their order; the number stands in the text, as the plan for an unknown one would sort whole days. */
    private Future<UUID[]> find(Cleanup cleanup, LocalDate from, LocalDate to, @Nullable UUID after, int rowsMax) {
        Sql sql = new Sql().add("SELECT e.id\nFROM execution e\nWHERE e.id >= ").bind(firstId(from));
        sql.add(" AND e.id < ").bind(firstId(to.plusDays(1)));
        if (after != null) {
            sql.add(" AND e.id > ").bind(after);
        }
        sql.add(" AND ");
        CleanupScope.addDoomed(sql, cleanup);
        sql.add("\nORDER BY e.id\nLIMIT " + rowsMax);
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).map(rows -> ExecutionReads.all(
                        rows, row -> row.getUUID(0))
                .toArray(UUID[]::new));
    }

    /** Those of them that nobody else holds and that are to go still, as they are now. */
    private Future<List<Doomed>> lock(Cleanup cleanup, UUID[] ids, boolean waiting) {
        Sql sql = new Sql()
                .add("SELECT e.id, e.owner_id, e.workflow_id, e.status, " + CleanupStore.BYTES
                        + " AS bytes\nFROM execution e\nWHERE e.id = ANY (")
                .bind(ids);
        sql.add(") AND e.id BETWEEN ").bind(ids[0]).add(" AND ").bind(ids[ids.length - 1]);
        sql.add(" AND NOT e.held AND ");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("\nORDER BY e.id\nFOR UPDATE OF e" + (waiting ? "" : " SKIP LOCKED"));
        return connection
                .preparedQuery(sql.text())
                .execute(sql.arguments())
                .map(rows -> ExecutionReads.all(rows, Doomed::of));
    }

    /** Finds anew what stays because something above it does. */
    public Future<Void> refreshSpared(Cleanup cleanup) {
        return transaction(connection, "BEGIN", () -> CleanupStore.addSpared(connection, cleanup));
    }

    /** Drops the partitions of days of which nothing stays; false where something does, then nothing is changed. */
    public Future<Boolean> drop(Cleanup cleanup, List<CleanupDay> days) {
        return areThere(days.stream().map(CleanupDay::suffix).toList())
                .compose(there -> there
                        ? partitions.drop(cleanup, days).map(PartitionSwap.Swapped::done)
                        : Future.succeededFuture(false));
    }

    /**
     * Puts successors with what stays in the place of a day's partitions; drops them where nothing does. False where
     * that cannot be; then nothing is changed.
     */
    public Future<Boolean> rewrite(Cleanup cleanup, CleanupDay day) {
        return areThere(List.of(day.suffix()))
                .compose(there -> there
                        ? partitions
                                .rewrite(cleanup, day)
                                .compose(done -> done.done()
                                        ? partitions.dropFiles(day).map(true)
                                        : Future.succeededFuture(false))
                        : Future.succeededFuture(false));
    }

    /** Lets what was deleted from a day be used again, and gives back what is free at the end of its files. */
    public Future<Void> vacuum(LocalDate day) {
        String suffix = CleanupDay.suffix(day);
        return areThere(List.of(suffix))
                .compose(there -> there
                        ? connection
                                .query("VACUUM (SKIP_LOCKED, ANALYZE) execution_" + suffix + ", step_" + suffix)
                                .execute()
                                .mapEmpty()
                        : Future.succeededFuture());
    }

    /** Tells the rollups of workflows what was dropped, a day at a time; returns whether there was a day left. */
    public Future<Boolean> settleDropped() {
        return connection.query("""
                        SELECT settle_dropped_day(day)
                        FROM (SELECT day FROM dropped_day ORDER BY day LIMIT 1) marked
                        """).execute().map(rows -> rows.size() > 0);
    }

    /** Notes which workflows are the biggest now. */
    public Future<Void> noteBiggest() {
        return transaction(connection, "BEGIN", () -> connection
                .query("DELETE FROM biggest_workflow")
                .execute()
                .compose(done -> connection.query(CleanupStore.FIND_BIGGEST).execute())
                .mapEmpty());
    }

    private Future<Boolean> areThere(List<String> suffixes) {
        return connection
                .preparedQuery("""
                        SELECT coalesce(bool_and(to_regclass(name) IS NOT NULL), false)
                        FROM unnest($1::text[]) AS asked (name)
                        """)
                .execute(Tuple.of(
                        suffixes.stream().map(suffix -> "execution_" + suffix).toArray(String[]::new)))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    static UUID firstId(LocalDate day) {
        return Ids.lowerBound(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** One statement right behind the other: one wait for the database. */
    private Future<Void> delete(UUID cleanupId, List<Doomed> doomed) {
        if (doomed.isEmpty()) {
            return Future.succeededFuture();
        }
        UUID[] ids = doomed.stream().map(Doomed::id).toArray(UUID[]::new);
        Tuple range = Tuple.of(ids, ids[0], ids[ids.length - 1]);
        long bytes = doomed.stream().mapToLong(Doomed::bytes).sum();
        Gone gone = Gone.of(doomed);
        return inTurn(List.of(
                connection.preparedQuery(DELETE_STEPS).execute(range),
                connection.preparedQuery(DELETE_EXECUTIONS).execute(range),
                connection.preparedQuery(ADD_DELETED).execute(gone.byWorkflow()),
                connection.preparedQuery(ADD_DAYS_DELETED).execute(gone.byDay()),
                connection.preparedQuery(ADD_PROGRESS).execute(Tuple.of(cleanupId, (long) ids.length, bytes))));
    }

    /** The first failure says why; those behind it only that the transaction was aborted. */
    private static Future<Void> inTurn(List<Future<?>> sent) {
        return Future.join(sent)
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(sent.stream()
                        .filter(Future::failed)
                        .findFirst()
                        .map(Future::cause)
                        .orElse(failure)));
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

        static Map<LocalDate, Integer> byDay(List<Doomed> doomed) {
            Map<LocalDate, Integer> days = new TreeMap<>();
            doomed.forEach(row -> days.merge(row.day(), 1, Integer::sum));
            return days;
        }

        String key() {
            return day() + " " + ownerId + " " + workflowId;
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

        Tuple byWorkflow() {
            return withCounts(Tuple.of(
                    firsts.stream().map(Doomed::ownerId).toArray(Integer[]::new),
                    firsts.stream().map(Doomed::workflowId).toArray(UUID[]::new),
                    days()));
        }

        Tuple byDay() {
            return withCounts(Tuple.of((Object) days()));
        }

        private LocalDate[] days() {
            return firsts.stream().map(Doomed::day).toArray(LocalDate[]::new);
        }

        private Tuple withCounts(Tuple keys) {
            for (int status = 2; status <= 5; status++) {
                int of = status;
                keys.addValue(counts.stream().map(count -> count[of]).toArray(Integer[]::new));
            }
            return keys;
        }
    }
}
