package dev.runlog.storage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.ListCleanups.CleanupPage;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The ledger of cleanups, and the batches that they delete. */
public final class CleanupStore {
    private static final String SELECT = """
            SELECT c.id, c.dry_run, c.state, c.before, c.statuses, c.workflow_id, o.subject, c.matched, c.deleted,
                   c.bytes, c.partitions_dropped, c.requested_by, c.policy_id, c.created_at, c.finished_at, c.failure
            FROM cleanup c
            LEFT JOIN owner o ON o.id = c.owner_id
            """;

    private static final String INSERT = """
            INSERT INTO cleanup (id, dry_run, state, before, statuses, workflow_id, owner_id, requested_by, policy_id)
            SELECT $1, $2, 1, $3, $4, $5, o.id, $7, $8
            FROM (SELECT $6::text AS subject) asked
            LEFT JOIN owner o ON o.subject = asked.subject
            """;

    private static final String REGISTER_OWNER =
            "INSERT INTO owner (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING";

    private static final String LOCK_STATE = "SELECT state FROM cleanup WHERE id = $1 FOR UPDATE";

    /** One batch at a time over all servers; who finds it taken tries later. */
    private static final String TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('runlog.cleanup'))";

    private static final String DELETE_STEPS = """
            DELETE FROM step
            WHERE execution_id = ANY ($1) AND execution_id BETWEEN $2 AND $3
            """;

    private static final String DELETE_EXECUTIONS = """
            DELETE FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3
            """;

    private static final String ADD_DELETED = """
            UPDATE execution_daily d
            SET success_deleted = d.success_deleted + gone.success,
                failed_deleted = d.failed_deleted + gone.failed,
                cancelled_deleted = d.cancelled_deleted + gone.cancelled,
                crashed_deleted = d.crashed_deleted + gone.crashed
            FROM (
              SELECT *
              FROM unnest($1::integer[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::integer[],
                          $7::integer[])
                AS new (owner_id, workflow_id, day, success, failed, cancelled, crashed)
              ORDER BY owner_id, workflow_id, day) gone
            WHERE d.owner_id = gone.owner_id AND d.workflow_id = gone.workflow_id AND d.day = gone.day
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

    private static final String ADD_PROGRESS = """
            UPDATE cleanup
            SET deleted = deleted + $2, bytes = bytes + $3
            WHERE id = $1
            """;

    /** What a row holds by itself, about; its large parts as they are stored. */
    private static final String BYTES = """
            (180 + coalesce(pg_column_size(e.payload), 0) + coalesce(pg_column_size(e.result), 0)
             + coalesce(pg_column_size(e.error_details), 0) + coalesce(pg_column_size(e.stack_trace), 0))
            """;

    private final Database database;

    public CleanupStore(Database database) {
        this.database = database;
    }

    /**
     * What a batch came to.
     *
     * @param rows how many rows it deleted
     * @param last the greatest id among them; null where there was none
     * @param open whether the cleanup is still to go on
     * @param lockTaken whether another server is at it; then nothing was done
     */
    public record Batch(long rows, @Nullable UUID last, boolean open, boolean lockTaken) {}

    /** What of the rows that match was counted, up to an id. */
    public record Counted(long rows, long bytes, @Nullable UUID last) {}

    /** Enters a cleanup as {@code PENDING}. */
    public Future<Cleanup> create(
            CleanupCriteria criteria, boolean dryRun, String requestedBy, @Nullable UUID policyId) {
        UUID id = Ids.next();
        Future<?> registered = criteria.owner() == null
                ? Future.succeededFuture()
                : database.query("register-owner", REGISTER_OWNER, Tuple.of(criteria.owner()));
        return registered
                .compose(done -> database.query(
                        "create-cleanup",
                        INSERT,
                        Tuple.of(
                                id,
                                dryRun,
                                criteria.before().atOffset(ZoneOffset.UTC),
                                numbers(criteria.statuses()),
                                criteria.workflowId(),
                                criteria.owner(),
                                requestedBy,
                                policyId)))
                .compose(done -> get(id));
    }

    public Future<Cleanup> get(UUID id) {
        return database.query("get-cleanup", SELECT + "WHERE c.id = $1", Tuple.of(id))
                .map(rows -> toCleanup(rows.iterator().next()));
    }

    /** Those of the cleanups that exist and, where a requester is given, are the requester's. */
    public Future<List<Cleanup>> load(@Nullable String requestedBy, List<UUID> ids) {
        Sql sql = new Sql()
                .add(SELECT)
                .add("WHERE c.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")");
        addRequester(sql, requestedBy);
        sql.add("\nORDER BY c.id");
        return database.query("load-cleanups", sql.text(), sql.arguments())
                .map(rows -> ExecutionReads.all(rows, CleanupStore::toCleanup));
    }

    /** A page of the ledger, newest first. */
    public Future<CleanupPage> list(@Nullable String requestedBy, PageRequest page) {
        Sql sql = new Sql().add(SELECT).add("WHERE true");
        addRequester(sql, requestedBy);
        if (page.after() != null) {
            sql.add(" AND c.id < ").bind(page.after().id());
        }
        if (page.before() != null) {
            sql.add(" AND c.id > ").bind(page.before().id());
        }
        sql.add("\nORDER BY c.id " + (page.backward() ? "ASC" : "DESC") + "\nLIMIT ")
                .bind(page.size() + 1);
        Sql count = new Sql().add("SELECT count(*) AS rows FROM cleanup c WHERE true");
        addRequester(count, requestedBy);
        return Future.all(
                        database.query("list-cleanups", sql.text(), sql.arguments())
                                .map(rows -> ExecutionReads.all(rows, CleanupStore::toCleanup)),
                        database.query("count-cleanups", count.text(), count.arguments())
                                .map(rows -> rows.iterator().next().getLong("rows")))
                .map(both -> Pages.cut(
                        both.<List<Cleanup>>resultAt(0),
                        page,
                        (cleanups, ends) -> new CleanupPage(cleanups, ends, both.<Long>resultAt(1))));
    }

    /** How many wait or are at work. */
    public Future<Long> countOpen() {
        return database.query(
                        "count-open-cleanups",
                        "SELECT count(*) AS rows FROM cleanup WHERE state IN (1, 2)",
                        Tuple.tuple())
                .map(rows -> rows.iterator().next().getLong("rows"));
    }

    /** The oldest that waits or is at work. */
    public Future<Optional<Cleanup>> findOpen() {
        return database.query(
                        "find-open-cleanup", SELECT + "WHERE c.state IN (1, 2)\nORDER BY c.id\nLIMIT 1", Tuple.tuple())
                .map(rows -> ExecutionReads.all(rows, CleanupStore::toCleanup).stream()
                        .findFirst());
    }

    /** Marks that it began, with what it found. */
    public Future<Cleanup> begin(UUID id, long matched) {
        return change(id, "state = 2, matched = " + matched, "state = 1");
    }

    /** Ends it, unless it was ended otherwise meanwhile. */
    public Future<Cleanup> complete(UUID id) {
        return change(id, "state = 3, finished_at = now()", "state IN (1, 2)");
    }

    /** Ends a dry run with its figures. */
    public Future<Cleanup> completeDryRun(UUID id, Counted counted) {
        return change(
                id,
                "state = 3, finished_at = now(), matched = " + counted.rows() + ", deleted = " + counted.rows()
                        + ", bytes = " + counted.bytes(),
                "state IN (1, 2)");
    }

    public Future<Cleanup> cancel(UUID id) {
        return change(id, "state = 4, finished_at = now()", "state IN (1, 2)");
    }

    public Future<Cleanup> fail(UUID id, String why) {
        return database.query(
                        "fail-cleanup",
                        "UPDATE cleanup SET state = 5, finished_at = now(), failure = $2 "
                                + "WHERE id = $1 AND state IN (1, 2)",
                        Tuple.of(id, why))
                .compose(done -> get(id));
    }

    private Future<Cleanup> change(UUID id, String set, String where) {
        return database.query(
                        "change-cleanup", "UPDATE cleanup SET " + set + " WHERE id = $1 AND " + where, Tuple.of(id))
                .compose(done -> get(id));
    }

    /** Counts what matches after an id, up to a number of rows. */
    public Future<Counted> count(CleanupCriteria criteria, @Nullable UUID policyId, @Nullable UUID after, int rowsMax) {
        Sql sql = new Sql()
                .add("SELECT count(*) AS rows, coalesce(sum(bytes), 0)::bigint AS bytes, "
                        + "(array_agg(id ORDER BY id DESC))[1] AS last\nFROM (SELECT e.id, " + BYTES + " AS bytes\n");
        addMatching(sql, criteria, policyId, after, rowsMax);
        sql.add(") e");
        return database.query("count-cleanup", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next())
                .map(row -> new Counted(row.getLong("rows"), row.getLong("bytes"), row.getUUID("last")));
    }

    /** Deletes the oldest that match after an id, with their steps and counts, and says so in the ledger: all or nothing. */
    public Future<Batch> deleteBatch(Cleanup cleanup, @Nullable UUID after, int rowsMax) {
        return database.inTransaction("delete-batch", connection -> connection
                .preparedQuery(TRY_LOCK)
                .execute()
                .compose(lock -> lock.iterator().next().getBoolean(0)
                        ? deleteLocked(connection, cleanup, after, rowsMax)
                        : Future.succeededFuture(new Batch(0, null, true, true))));
    }

    private static Future<Batch> deleteLocked(
            SqlConnection connection, Cleanup cleanup, @Nullable UUID after, int rowsMax) {
        return connection
                .preparedQuery(LOCK_STATE)
                .execute(Tuple.of(cleanup.id()))
                .compose(state -> {
                    if (state.iterator().next().getShort(0) != 2) {
                        return Future.succeededFuture(new Batch(0, null, false, false));
                    }
                    Sql sql =
                            new Sql().add("SELECT e.id, e.owner_id, e.workflow_id, e.status, " + BYTES + " AS bytes\n");
                    addMatching(sql, cleanup.criteria(), cleanup.policyId(), after, rowsMax);
                    sql.add("\nFOR UPDATE OF e SKIP LOCKED");
                    return connection
                            .preparedQuery(sql.text())
                            .execute(sql.arguments())
                            .map(rows -> ExecutionReads.all(rows, Doomed::of))
                            .compose(doomed -> delete(connection, cleanup.id(), doomed));
                });
    }

    private static Future<Batch> delete(SqlConnection connection, UUID cleanupId, List<Doomed> doomed) {
        if (doomed.isEmpty()) {
            return Future.succeededFuture(new Batch(0, null, true, false));
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
                .map(done -> new Batch(ids.length, ids[ids.length - 1], true, false));
    }

    @SuppressWarnings("EnumOrdinal") // The numbers stand in the migration.
    private static Cleanup.State toState(int number) {
        return Cleanup.State.values()[number - 1];
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
            return String.format("%010d %s %s", ownerId, workflowId, day());
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

    /**
     * The rows that a cleanup is for, oldest first. Those that run, those that are held, and children of what still
     * runs stay in any case; of a policy's cleanup also what a more specific policy is for.
     */
    private static void addMatching(
            Sql sql, CleanupCriteria criteria, @Nullable UUID policyId, @Nullable UUID after, int rowsMax) {
        sql.add("FROM execution e\nWHERE e.id < ").bind(Ids.lowerBound(criteria.before()));
        if (after != null) {
            sql.add(" AND e.id > ").bind(after);
        }
        sql.add("\n  AND e.status IN (" + statuses(criteria.statuses()) + ")\n  AND NOT e.held");
        if (criteria.owner() != null) {
            sql.add("\n  AND e.owner_id = (SELECT id FROM owner WHERE subject = ")
                    .bind(criteria.owner())
                    .add(")");
        }
        if (criteria.workflowId() != null) {
            sql.add("\n  AND e.workflow_id = ").bind(criteria.workflowId());
        }
        sql.add("\n  AND (e.parent_id IS NULL OR NOT EXISTS (\n"
                + "    SELECT FROM execution p WHERE p.id = e.parent_id AND p.status = 1))");
        if (policyId != null) {
            sql.add(
                            "\n  AND NOT EXISTS (\n    SELECT FROM retention_policy own, retention_policy p\n    WHERE own.id = ")
                    .bind(policyId)
                    .add("\n      AND (p.workflow_id IS NULL OR p.workflow_id = e.workflow_id)\n"
                            + "      AND (p.owner_id IS NULL OR p.owner_id = e.owner_id)\n"
                            + "      AND (p.statuses = '{}' OR e.status = ANY (p.statuses))\n"
                            + "      AND " + specificity("p") + " > " + specificity("own") + ")");
        }
        sql.add("\nORDER BY e.id\nLIMIT ").bind(rowsMax);
    }

    private static String specificity(String policy) {
        return "((" + policy + ".workflow_id IS NOT NULL)::int * 4 + (" + policy + ".owner_id IS NOT NULL)::int * 2 + ("
                + policy + ".statuses <> '{}')::int)";
    }

    private static String statuses(Set<ExecutionStatus> wanted) {
        Set<ExecutionStatus> deletable =
                wanted.isEmpty() ? EnumSet.complementOf(EnumSet.of(ExecutionStatus.RUNNING)) : EnumSet.copyOf(wanted);
        return deletable.stream()
                .map(status -> Integer.toString(status.number()))
                .collect(Collectors.joining(", "));
    }

    static Short[] numbers(Set<ExecutionStatus> statuses) {
        return statuses.stream().sorted().map(status -> (short) status.number()).toArray(Short[]::new);
    }

    static Set<ExecutionStatus> toStatuses(Short[] numbers) {
        return Arrays.stream(numbers)
                .map(number -> ExecutionStatus.ofNumber(number))
                .collect(Collectors.toSet());
    }

    private static void addRequester(Sql sql, @Nullable String requestedBy) {
        if (requestedBy != null) {
            sql.add(" AND c.requested_by = ").bind(requestedBy);
        }
    }

    private static Cleanup toCleanup(Row row) {
        return new Cleanup(
                row.getUUID(0),
                row.getBoolean(1),
                toState(row.getShort(2)),
                new CleanupCriteria(
                        row.getOffsetDateTime(3).toInstant(),
                        toStatuses(row.getArrayOfShorts(4)),
                        row.getUUID(5),
                        row.getString(6)),
                row.getLong(7),
                row.getLong(8),
                row.getLong(9),
                row.getInteger(10),
                row.getString(11),
                row.getUUID(12),
                row.getOffsetDateTime(13).toInstant(),
                ExecutionRows.toInstant(row.getOffsetDateTime(14)),
                row.getString(15));
    }
}
