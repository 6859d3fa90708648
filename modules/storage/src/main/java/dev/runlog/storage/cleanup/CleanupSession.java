package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import dev.runlog.storage.db.UuidOrder;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The deleting itself, on a connection that holds the one lock of cleaners: where the process dies, so does the
 * connection, its transaction is undone and the lock is free. Each step moves rows, rollups and ledger in one
 * transaction.
 */
public final class CleanupSession {
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('runlog.cleanup'))";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(hashtext('runlog.cleanup'))";

    /** Batches are a matter of milliseconds, and the look takes a seventh of the least of them. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    /**
     * Tells also, where asked, whether anybody asks something of the database but retention, on whatever server: just
     * now, or a moment ago, as who asks a thousand times a second is at it for a tenth of that time.
     */
    private static final String LOCK_STATE = """
            SELECT c.state, c.first_later_xid,
                   $2 AND EXISTS (
                     SELECT FROM pg_stat_get_activity(NULL) a
                     WHERE a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
                       AND a.backend_type = 'client backend'
                       AND a.application_name NOT IN (%s)
                       AND (a.state = 'active' OR a.state_change > clock_timestamp() - interval '100 ms')) AS shared
            FROM cleanup c
            WHERE c.id = $1
            FOR UPDATE
            """.formatted(
            Database.namesOfRetention().stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ")));

    private static final String PARENTS_THAT_STAY = """
            SELECT id, owner_id
            FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3 AND (status = 1 OR held)
            """;

    /** An insert that always meets its row, as that locks in the order of the rows and recording does it so too. */
    private static final String ADD_DELETED = """
            INSERT INTO execution_daily AS known
              (owner_id, workflow_id, day, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
            SELECT owner_id, workflow_id, $3, success, failed, cancelled, crashed
            FROM unnest($1::integer[], $2::uuid[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
              AS gone (owner_id, workflow_id, success, failed, cancelled, crashed)
            ORDER BY owner_id, workflow_id
            ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
            SET success_deleted = known.success_deleted + excluded.success_deleted,
                failed_deleted = known.failed_deleted + excluded.failed_deleted,
                cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                crashed_deleted = known.crashed_deleted + excluded.crashed_deleted
            """;

    /** The cleaner's shard is its own, so that recording never waits for it. */
    private static final String ADD_DAY_DELETED = """
            INSERT INTO execution_day AS known
              (day, shard, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
            VALUES ($1, -1, $2, $3, $4, $5)
            ON CONFLICT (day, shard) DO UPDATE
            SET success_deleted = known.success_deleted + excluded.success_deleted,
                failed_deleted = known.failed_deleted + excluded.failed_deleted,
                cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                crashed_deleted = known.crashed_deleted + excluded.crashed_deleted
            """;

    /** Steps of executions $4, and the ledger's row: what steps held is known as they go. */
    private static final String DELETE_STEPS = """
            WITH gone AS (DELETE FROM %s s WHERE s.execution_id = ANY ($4) RETURNING %s AS bytes)
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3 + (SELECT coalesce(sum(gone.bytes), 0) FROM gone)
            WHERE id = $1
            """;

    /**
     * What a batch came to.
     *
     * @param rows how many executions it deleted
     * @param last the greatest id among those it looked at; null where there was none
     * @param skipped how many were to go but are held by others at the moment
     * @param open whether the cleanup is still to go on
     * @param shared whether others were at the database, too
     */
    public record Batch(int rows, @Nullable UUID last, int skipped, boolean open, boolean shared) {}

    /** Where the database dies, what was deleted last may be back: rows, rollups and the ledger's figures alike. */
    private static final String BEGIN_BATCH = "BEGIN; SET LOCAL synchronous_commit = off";

    private final SqlConnection connection;
    private final PartitionSwap partitions;
    private @Nullable Long lookedAtNanos;
    private boolean shared;

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
     * Deletes the oldest of a day that are to go after an id, with their steps, and says so everywhere: all or nothing.
     * The statements name the day's own partitions, as to plan for all of them takes longer than such a batch.
     *
     * @param waiting whether to wait a moment for rows that others hold, else they are skipped
     */
    public Future<Batch> deleteBatch(
            Cleanup cleanup, LocalDate day, @Nullable UUID after, int rowsMax, boolean waiting) {
        boolean look = lookedAtNanos == null || System.nanoTime() - lookedAtNanos > LOOK_INTERVAL.toNanos();
        String begin = waiting ? BEGIN_BATCH + "; SET LOCAL lock_timeout = '2s'" : BEGIN_BATCH;
        return transaction(connection, begin, () -> connection
                .preparedQuery(LOCK_STATE)
                .execute(Tuple.of(cleanup.id(), look))
                .map(rows -> rows.iterator().next())
                .compose(now -> {
                    if (look) {
                        lookedAtNanos = System.nanoTime();
                        shared = now.getBoolean("shared");
                    }
                    if (now.getShort("state") != 2) {
                        return Future.succeededFuture(new Batch(0, null, 0, false, shared));
                    }
                    return find(cleanup, day, after, now.getLong("first_later_xid"), rowsMax)
                            .compose(found -> found.isEmpty()
                                    ? Future.succeededFuture(new Batch(0, null, 0, true, shared))
                                    : lock(cleanup, day, found.toGo(), waiting)
                                            .compose(doomed -> delete(cleanup.id(), day, doomed)
                                                    .map(done -> new Batch(
                                                            doomed.size(),
                                                            found.last(),
                                                            found.toGo().size() - doomed.size(),
                                                            true,
                                                            shared))));
                }));
    }

    /** Ids in their order: the last that was looked at, and those whose parents let them go. */
    private record Found(List<UUID> toGo, @Nullable UUID last) {
        boolean isEmpty() {
            return last == null;
        }
    }

    /**
     * Failures are found in their list: in the day's table they are a few among many. The number of rows stands in the
     * text, as the plan for an unknown one would sort the day. Rows written since the cleanup began are left alone, or
     * a writer that fills in a day would keep it there forever.
     */
    private Future<Found> find(
            Cleanup cleanup, LocalDate day, @Nullable UUID after, @Nullable Long firstLaterXid, int rowsMax) {
        Sql sql = new Sql()
                .add("SELECT e.id, e.parent_id, e.owner_id\nFROM "
                        + (CleanupScope.isOfUnsuccessful(cleanup)
                                ? "unsuccessful_execution"
                                : "execution_" + CleanupDay.suffix(day))
                        + " e\nWHERE e.id " + (after == null ? ">= " : "> "))
                .bind(after == null ? firstId(day) : after)
                .add(" AND e.id < ")
                .bind(firstId(day.plusDays(1)))
                .add(" AND ");
        CleanupScope.addDoomedUnlessBelow(sql, cleanup);
        if (firstLaterXid != null) {
            // Rows carry the low 32 bits of their transaction's number; age() compares them across its wraparound.
            sql.add(" AND age(e.xmin) > age(")
                    .bind(Long.toString(firstLaterXid & 0xFFFF_FFFFL))
                    .add("::text::xid)");
        }
        sql.add("\nORDER BY e.id\nLIMIT " + rowsMax);
        return connection.preparedQuery(sql.text()).execute(sql.arguments()).compose(rows -> {
            UUID[] parents = Rows.toList(rows, row -> row.getUUID(1)).stream()
                    .filter(Objects::nonNull)
                    .toArray(UUID[]::new);
            return parentsThatStay(parents).map(stay -> {
                List<UUID> toGo = new ArrayList<>();
                UUID last = null;
                for (Row row : rows) {
                    last = row.getUUID(0);
                    UUID parent = row.getUUID(1);
                    // A parent of another owner is as unknown as one that is missing.
                    if (parent == null || !row.getInteger(2).equals(stay.get(parent))) {
                        toGo.add(last);
                    }
                }
                return new Found(toGo, last);
            });
        });
    }

    /** Those of the parents that stay, with their owners. */
    private Future<Map<UUID, Integer>> parentsThatStay(UUID[] parents) {
        return parents.length == 0
                ? Future.succeededFuture(Map.of())
                : connection
                        .preparedQuery(PARENTS_THAT_STAY)
                        .execute(Tuple.of(parents, UuidOrder.min(parents), UuidOrder.max(parents)))
                        .map(rows -> {
                            Map<UUID, Integer> owners = new HashMap<>();
                            rows.forEach(row -> owners.put(row.getUUID(0), row.getInteger(1)));
                            return owners;
                        });
    }

    /** Those of them that nobody else holds and that are to go still, as they are now. */
    private Future<List<Doomed>> lock(Cleanup cleanup, LocalDate day, List<UUID> ids, boolean waiting) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Sql sql = new Sql()
                .add("SELECT e.id, e.owner_id, e.workflow_id, e.status, " + CleanupStore.BYTES
                        + " AS bytes\nFROM execution_" + CleanupDay.suffix(day) + " e\nWHERE e.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(") AND NOT e.held AND ");
        CleanupScope.addMeant(sql, cleanup);
        sql.add("\nORDER BY e.id\nFOR UPDATE OF e" + (waiting ? "" : " SKIP LOCKED"));
        return connection
                .preparedQuery(sql.text())
                .execute(sql.arguments())
                .map(rows -> Rows.toList(rows, Doomed::of));
    }

    /**
     * A cleanup at work.
     *
     * @param days on which it has something to delete, oldest first
     */
    public record Begun(Cleanup cleanup, List<CleanupDay> days) {}

    /**
     * Begins a cleanup: freezes what it is to heed and marks what it found.
     *
     * @param rowsMax how many rows it may look at; where more are there that old, the rollups answer
     */
    public Future<Begun> begin(Cleanup cleanup, int rowsMax) {
        return transaction(
                connection,
                "BEGIN",
                () -> {
                    // Whoever prepared it before did not come to begin it.
                    Future<?> forgotten =
                            connection.preparedQuery(CleanupRules.FORGET).execute(Tuple.of(cleanup.id()));
                    Future<CleanupPreviews.Found> found = new CleanupPreviews(connection)
                            .find(cleanup, CleanupRules.freeze(connection, cleanup), rowsMax);
                    return inTurn(List.of(forgotten, found)).map(done -> found.result());
                },
                found -> CleanupStore.begin(connection, cleanup.id(), found.preview())
                        .map(now -> new Begun(now, found.days())));
    }

    /** Takes up again what was begun before. */
    public Future<Begun> resume(Cleanup cleanup) {
        return new CleanupPreviews(connection).days(cleanup).map(days -> new Begun(cleanup, days));
    }

    /** Finds anew what stays because something above it does. */
    public Future<Void> refreshSpared(Cleanup cleanup) {
        return transaction(connection, "BEGIN", () -> CleanupRules.refreshSpared(connection, cleanup));
    }

    /** Whether a day has partitions to delete from. */
    public Future<Boolean> isThere(LocalDate day) {
        return connection
                .preparedQuery("SELECT to_regclass($1) IS NOT NULL")
                .execute(Tuple.of("execution_" + CleanupDay.suffix(day)))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /**
     * Takes days of which nothing stays out of sight; false where something does, then nothing is changed. Their files
     * are there until {@link #removeFiles}.
     */
    public Future<Boolean> drop(Cleanup cleanup, List<CleanupDay> days) {
        return partitions.drop(cleanup, days);
    }

    /** Removes the files of some days that are out of sight; returns whether there were any. */
    public Future<Boolean> removeFiles() {
        return partitions.removeFiles();
    }

    /**
     * Puts successors with what stays in the place of a day's partitions; drops them where nothing does. False where
     * that cannot be; then nothing is changed.
     */
    public Future<Boolean> rewrite(Cleanup cleanup, CleanupDay day) {
        return isThere(day.day())
                .compose(there -> there
                        ? partitions
                                .rewrite(cleanup, day)
                                .compose(done -> partitions.removeFiles().map(done))
                        : Future.succeededFuture(false));
    }

    /**
     * Lets what was deleted from a day be used again, and gives back what is free at the end of its files. Statistics stay
     * as they are: those of a tenth more or less plan the same, and each reader would have to plan all days anew.
     *
     * @param shared whether others are at the database, too: then it goes at the pace of autovacuum, but in bits so small
     *     that who waits for the processor meanwhile hardly does
     */
    public Future<Void> vacuum(LocalDate day, boolean shared) {
        String suffix = CleanupDay.suffix(day);
        String vacuum =
                "VACUUM (SKIP_LOCKED%s) execution_%s, step_%s".formatted(shared ? ", PARALLEL 0" : "", suffix, suffix);
        return isThere(day).compose(there -> {
            if (!there) {
                return Future.succeededFuture();
            }
            return shared
                    ? inTurn(List.of(
                            connection.query("SET vacuum_cost_delay = '0.2ms'").execute(),
                            connection.query("SET vacuum_cost_limit = 20").execute(),
                            connection.query(vacuum).execute(),
                            connection.query("RESET vacuum_cost_limit").execute(),
                            connection.query("RESET vacuum_cost_delay").execute()))
                    : connection.query(vacuum).execute().mapEmpty();
        });
    }

    /** Tells the rollups of workflows what was dropped, a day at a time; returns whether there was a day left. */
    public Future<Boolean> settleDropped() {
        return connection.query("""
                        SELECT settle_dropped_day(day)
                        FROM (SELECT day FROM dropped_day ORDER BY day LIMIT 1) marked
                        """).execute().map(rows -> rows.size() > 0);
    }

    /** Forgets what cleanups that are over were to heed; nothing is at work while this is. */
    public Future<Void> forgetOver() {
        return connection.query(CleanupRules.FORGET_OVER).execute().mapEmpty();
    }

    static UUID firstId(LocalDate day) {
        return Ids.lowerBound(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** One statement right behind the other: one wait for the database. */
    private Future<Void> delete(UUID cleanupId, LocalDate day, List<Doomed> doomed) {
        if (doomed.isEmpty()) {
            return Future.succeededFuture();
        }
        String suffix = CleanupDay.suffix(day);
        UUID[] ids = doomed.stream().map(Doomed::id).toArray(UUID[]::new);
        UUID[] listed =
                doomed.stream().filter(Doomed::isUnsuccessful).map(Doomed::id).toArray(UUID[]::new);
        long bytes = doomed.stream().mapToLong(Doomed::bytes).sum();
        Gone gone = Gone.of(doomed);
        return inTurn(List.of(
                connection
                        .preparedQuery(DELETE_STEPS.formatted("step_" + suffix, CleanupStore.STEP_BYTES))
                        .execute(Tuple.of(cleanupId, (long) doomed.size(), bytes, ids)),
                connection
                        .preparedQuery("DELETE FROM execution_" + suffix + " WHERE id = ANY ($1)")
                        .execute(Tuple.of((Object) ids)),
                connection
                        .preparedQuery("DELETE FROM unsuccessful_execution WHERE id = ANY ($1)")
                        .execute(Tuple.of((Object) listed)),
                connection.preparedQuery(ADD_DELETED).execute(gone.byWorkflow(day)),
                connection.preparedQuery(ADD_DAY_DELETED).execute(gone.inAll(day))));
    }

    /**
     * Succeeds when all have that were sent behind each other. The first failure says why; those behind it only that the
     * transaction was aborted.
     */
    static Future<Void> inTurn(List<Future<?>> sent) {
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
        return transaction(connection, begin, work, result -> Future.succeededFuture(result));
    }

    /** The same, whose last statement is sent with the commit right behind it. */
    static <R, T> Future<T> transaction(
            SqlConnection connection, String begin, Supplier<Future<R>> work, Function<R, Future<T>> last) {
        Future<?> begun = connection.query(begin).execute();
        // Nothing is sent before the beginning is, and nobody waits for its answer.
        Future<R> worked = Future.succeededFuture().compose(sent -> work.get());
        return orRollback(connection, inTurn(List.of(begun, worked)).compose(done -> {
            Future<T> result = last.apply(worked.result());
            Future<?> committed = connection.query("COMMIT").execute();
            return inTurn(List.of(result, committed)).map(over -> result.result());
        }));
    }

    /** Undoes a transaction whose work fails. */
    static <T> Future<T> orRollback(SqlConnection connection, Future<T> work) {
        return work.recover(failure ->
                connection.query("ROLLBACK").execute().otherwiseEmpty().compose(done -> Future.failedFuture(failure)));
    }

    /** A row that is to be deleted. */
    private record Doomed(UUID id, int ownerId, UUID workflowId, int status, long bytes) {
        static Doomed of(Row row) {
            return new Doomed(row.getUUID(0), row.getInteger(1), row.getUUID(2), row.getShort(3), row.getLong("bytes"));
        }

        boolean isUnsuccessful() {
            return ExecutionStatus.ofNumber(status).isUnsuccessful();
        }
    }

    /** How many rows of each rollup go, by status. */
    private record Gone(List<Doomed> firsts, List<int[]> counts) {
        static Gone of(List<Doomed> doomed) {
            Map<UUID, Doomed> firsts = new LinkedHashMap<>();
            Map<UUID, int[]> counts = new LinkedHashMap<>();
            for (Doomed row : doomed) {
                firsts.putIfAbsent(row.workflowId(), row);
                counts.computeIfAbsent(row.workflowId(), key -> new int[6])[row.status()]++;
            }
            return new Gone(List.copyOf(firsts.values()), List.copyOf(counts.values()));
        }

        Tuple byWorkflow(LocalDate day) {
            Tuple values = Tuple.of(
                    firsts.stream().map(Doomed::ownerId).toArray(Integer[]::new),
                    firsts.stream().map(Doomed::workflowId).toArray(UUID[]::new),
                    day);
            for (int status = 2; status <= 5; status++) {
                int of = status;
                values.addValue(counts.stream().map(count -> count[of]).toArray(Integer[]::new));
            }
            return values;
        }

        Tuple inAll(LocalDate day) {
            Tuple values = Tuple.of(day);
            for (int status = 2; status <= 5; status++) {
                int of = status;
                values.addValue(counts.stream().mapToLong(count -> count[of]).sum());
            }
            return values;
        }
    }
}
