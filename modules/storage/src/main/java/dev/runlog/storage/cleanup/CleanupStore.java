package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.ListCleanups.CleanupPage;
import dev.runlog.storage.cleanup.CleanupPreviews.Found;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.PageRows;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import dev.runlog.storage.rollup.RollupColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ledger of cleanups, and what they would find. */
public final class CleanupStore {
    private static final String SELECT = """
            SELECT c.id, c.state, c.before, c.statuses, c.workflow_id, o.subject, c.keep_last,
                   c.ignore_policies, c.matched, c.matched_exact, c.deleted, c.bytes, c.partitions_dropped,
                   c.requested_by, c.policy_id, c.created_at, c.started_at, c.finished_at, c.preview, c.failure
            FROM cleanup c
            LEFT JOIN owner o ON o.id = c.owner_id
            """;

    private static final String INSERT = """
            INSERT INTO cleanup (id, state, before, statuses, workflow_id, owner_id, requested_by, policy_id, keep_last,
                                 ignore_policies)
            VALUES ($1, 1, $2, $3, $4, (SELECT id FROM owner WHERE subject = $5), $6, $7, $8, $9)
            """;

    private static final String REGISTER_OWNER =
            "INSERT INTO owner (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING";

    private static final String ADD_BIGGEST = """
            INSERT INTO biggest_workflow (workflow_id, owner_id)
            SELECT d.workflow_id, d.owner_id
            FROM execution_rollup d
            GROUP BY d.workflow_id, d.owner_id
            ORDER BY sum(%s) DESC, d.workflow_id
            LIMIT 30
            ON CONFLICT (workflow_id) DO NOTHING
            """.formatted(RollupColumns.present(Set.of()));

    /** Of days that are over; others grow. */
    private static final String ADD_SIZES = "INSERT INTO noted_size (day, bytes, steps)\n"
            + DayTotals.sizesOf("SELECT DISTINCT day FROM execution_day WHERE day < (now() AT TIME ZONE 'UTC')::date")
            + "\nON CONFLICT (day) DO NOTHING";

    /** What a row holds by itself, about; its large parts as they are stored. */
    static final String BYTES = """
            (180 + coalesce(pg_column_size(e.payload), 0) + coalesce(pg_column_size(e.result), 0)
             + coalesce(pg_column_size(e.error_details), 0) + coalesce(pg_column_size(e.stack_trace), 0))
            """;

    /** The same of a step. */
    static final String STEP_BYTES = """
            (60 + coalesce(pg_column_size(s.input), 0) + coalesce(pg_column_size(s.output), 0)
             + coalesce(pg_column_size(s.error), 0))
            """;

    private final Database database;

    public CleanupStore(Database database) {
        this.database = database;
    }

    /** Enters a cleanup that somebody asks for, as {@code PENDING}. */
    public Future<Cleanup> create(CleanupCriteria criteria, String requestedBy) {
        Future<?> registered = criteria.owner() == null
                ? Future.succeededFuture()
                : database.query("register-owner", REGISTER_OWNER, Tuple.of(criteria.owner()));
        return registered
                .compose(done ->
                        database.query("create-cleanup", returning(INSERT), toInsert(criteria, requestedBy, null)))
                .map(rows -> toCleanup(rows.iterator().next()));
    }

    /** Enters a cleanup of a policy in the transaction that is under way. */
    static Future<?> create(SqlConnection connection, CleanupCriteria criteria, String requestedBy, UUID policyId) {
        return connection.preparedQuery(INSERT).execute(toInsert(criteria, requestedBy, policyId));
    }

    private static Tuple toInsert(CleanupCriteria criteria, String requestedBy, @Nullable UUID policyId) {
        return Tuple.of(
                Ids.next(),
                criteria.before().atOffset(ZoneOffset.UTC),
                numbers(criteria.statuses()),
                criteria.workflowId(),
                criteria.owner(),
                requestedBy,
                policyId,
                criteria.keepLast(),
                criteria.ignorePolicies());
    }

    /**
     * Returns what a cleanup would find, all of one moment. Nothing of it is kept.
     *
     * @param rowsMax how many rows it may look at; where more are there that old, the rollups answer
     */
    public Future<CleanupPreview> preview(CleanupCriteria criteria, @Nullable UUID policyId, int rowsMax) {
        Cleanup asked = asked(criteria, policyId);
        return database.onConnection("preview", connection -> {
            Future<?> begun =
                    connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ").execute();
            Future<Found> found =
                    new CleanupPreviews(connection).find(asked, CleanupRules.freeze(connection, asked), rowsMax);
            return CleanupSession.inTurn(List.of(begun, found))
                    .eventually(() -> connection.query("ROLLBACK").execute())
                    .map(done -> found.result().preview());
        });
    }

    private static Cleanup asked(CleanupCriteria criteria, @Nullable UUID policyId) {
        UUID id = Ids.next();
        return new Cleanup(
                id,
                true,
                Cleanup.State.PENDING,
                criteria,
                0,
                true,
                0,
                0,
                0,
                "",
                policyId,
                Ids.timeOf(id),
                null,
                null,
                null,
                null);
    }

    public Future<Cleanup> get(UUID id) {
        return database.query("get-cleanup", SELECT + "WHERE c.id = $1", Tuple.of(id))
                .map(rows -> toCleanup(rows.iterator().next()));
    }

    /** Those of the cleanups that exist and, where a requester is given, are the requester's, of the requester's own. */
    public Future<List<Cleanup>> load(String reader, @Nullable String requestedBy, List<UUID> ids) {
        Sql sql = new Sql()
                .add(SELECT)
                .add("WHERE c.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")");
        addRequester(sql, requestedBy);
        sql.add("\nORDER BY c.id");
        return database.query(reader, "load-cleanups", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, CleanupStore::toCleanup));
    }

    /** A page of the ledger, newest first. */
    public Future<CleanupPage> list(String reader, @Nullable String requestedBy, PageRequest page) {
        Sql count = new Sql().add("SELECT count(*) AS rows FROM cleanup c WHERE true");
        addRequester(count, requestedBy);
        return Future.all(
                        read(reader, requestedBy, page),
                        database.query(reader, "count-cleanups", count.text(), count.arguments())
                                .map(rows -> rows.iterator().next().getLong("rows")))
                .compose(both -> {
                    List<Cleanup> cleanups = both.resultAt(0);
                    long total = both.<Long>resultAt(1);
                    return cleanups.isEmpty()
                            ? PageRows.beyondEmpty(page, false, look -> read(reader, requestedBy, look)
                                            .map(found -> !found.isEmpty()))
                                    .map(beyond -> new CleanupPage(
                                            cleanups, new PageEnds(beyond.previous(), beyond.next()), total))
                            : Future.succeededFuture(
                                    PageRows.cut(cleanups, page, (some, ends) -> new CleanupPage(some, ends, total)));
                });
    }

    private Future<List<Cleanup>> read(String reader, @Nullable String requestedBy, PageRequest page) {
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
        return database.query(reader, "list-cleanups", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, CleanupStore::toCleanup));
    }

    /** Cleanups that wait or are at work: all that somebody asked for, and those of one caller. */
    public record Open(long all, long own) {}

    /** Counts what is open besides cleanups of policies; a policy has one at the most, and in its window only. */
    public Future<Open> countOpen(String requestedBy) {
        return database.query("count-open-cleanups", """
                        SELECT count(*) AS rows, count(*) FILTER (WHERE requested_by = $1) AS own
                        FROM cleanup
                        WHERE state IN (1, 2) AND policy_id IS NULL
                        """, Tuple.of(requestedBy)).map(rows -> {
            Row counts = rows.iterator().next();
            return new Open(counts.getLong("rows"), counts.getLong("own"));
        });
    }

    /**
     * Returns the cleanup to work on: one that is at work already, else the oldest of the caller whose last turn is
     * longest ago. Those of policies only where they are asked for.
     */
    public Future<Optional<Cleanup>> findOpen(boolean withPolicies) {
        return database.query("find-open-cleanup", SELECT + """
                        JOIN (
                          SELECT DISTINCT ON (requested_by) id, state, requested_by
                          FROM cleanup
                          WHERE state IN (1, 2) AND (policy_id IS NULL OR $1)
                          ORDER BY requested_by, state DESC, id) first ON first.id = c.id
                        LEFT JOIN LATERAL (
                          SELECT l.started_at
                          FROM cleanup l
                          WHERE l.requested_by = first.requested_by AND l.started_at IS NOT NULL
                          ORDER BY l.id DESC
                          LIMIT 1) last ON true
                        ORDER BY first.state DESC, last.started_at NULLS FIRST, c.id
                        LIMIT 1
                        """, Tuple.of(withPolicies))
                .map(rows -> Rows.toList(rows, CleanupStore::toCleanup).stream()
                        .findFirst());
    }

    static CleanupRollups.Statements on(SqlConnection connection) {
        return (operation, sql) -> connection.preparedQuery(sql.text()).execute(sql.arguments());
    }

    /** Works as the one cleaner of the database; empty where another is at it. */
    public <T> Future<Optional<T>> asCleaner(Function<CleanupSession, Future<T>> work) {
        return CleanupSession.open(database, work);
    }

    /** Notes the sizes of days and the biggest workflows as they are now, which takes a look at all rollups and files. */
    public Future<Void> noteSizes() {
        return database.inTransaction(
                "note-sizes",
                connection -> CleanupSession.inTurn(
                        Stream.of("DELETE FROM noted_size", ADD_SIZES, "DELETE FROM biggest_workflow", ADD_BIGGEST)
                                .<Future<?>>map(sql -> connection.query(sql).execute())
                                .toList()));
    }

    /** Whether something is left to do of days that were dropped: rollups of workflows to be told, files to be removed. */
    public Future<Boolean> hasDropped() {
        return database.query(
                        "has-dropped",
                        "SELECT EXISTS (SELECT FROM dropped_day)\n  OR EXISTS (SELECT FROM pg_class WHERE relkind = 'r' "
                                + "AND relname ~ '^(execution|step)_[0-9]{8}_gone$')",
                        Tuple.tuple())
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Marks that it began, with what it found. Rows that transactions write from now on are not its concern. */
    static Future<Cleanup> begin(SqlConnection connection, UUID id, CleanupPreview found) {
        return connection
                .preparedQuery(returning("""
                        UPDATE cleanup
                        SET state = 2, started_at = now(), matched = $2, matched_exact = $3, preview = $4,
                            first_later_xid = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                        WHERE id = $1 AND state = 1"""))
                .execute(Tuple.of(id, found.executions(), found.exact(), PreviewJson.write(found)))
                .compose(rows -> rows.size() > 0
                        ? Future.succeededFuture(rows)
                        : connection.preparedQuery(SELECT + "WHERE c.id = $1").execute(Tuple.of(id)))
                .map(rows -> toCleanup(rows.iterator().next()));
    }

    /**
     * Ends it, unless it was ended otherwise meanwhile, and forgets what it was to heed. What was told by shares is known
     * by now.
     */
    public Future<Cleanup> complete(UUID id) {
        return change(id, "WITH " + CleanupRules.FORGETTING + ", " + changed("""
                UPDATE cleanup
                SET state = 3, finished_at = now(), matched_exact = true,
                    matched = CASE WHEN matched_exact THEN greatest(matched, deleted) ELSE deleted END
                WHERE id = $1 AND state IN (1, 2)"""));
    }

    /** Ends it where it is; the batch that is under way, which heeds its rules, is waited for. */
    public Future<Cleanup> cancel(UUID id) {
        return change(
                id, returning("UPDATE cleanup SET state = 4, finished_at = now() WHERE id = $1 AND state IN (1, 2)"));
    }

    public Future<Cleanup> fail(UUID id, String why) {
        return database.query(
                        "fail-cleanup",
                        "UPDATE cleanup SET state = 5, finished_at = now(), failure = $2 "
                                + "WHERE id = $1 AND state IN (1, 2)",
                        Tuple.of(id, why))
                .compose(done -> get(id));
    }

    /** The row as a statement leaves it, in the same answer. */
    private static String returning(String change) {
        return "WITH " + changed(change);
    }

    private static String changed(String change) {
        return "changed AS (" + change + "\nRETURNING *)\n" + SELECT.replace("FROM cleanup c", "FROM changed c");
    }

    private Future<Cleanup> change(UUID id, String statement) {
        return database.query("change-cleanup", statement, Tuple.of(id)).compose(rows -> changedOrAsItIs(id, rows));
    }

    private Future<Cleanup> changedOrAsItIs(UUID id, RowSet<Row> rows) {
        return rows.size() > 0
                ? Future.succeededFuture(toCleanup(rows.iterator().next()))
                : get(id);
    }

    @SuppressWarnings("EnumOrdinal") // The numbers stand in the migration.
    private static Cleanup.State toState(int number) {
        return Cleanup.State.values()[number - 1];
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
            // Of the requester's own executions alone: who has lost the scope for others' must not see what was found.
            String subject = sql.argument(requestedBy);
            sql.add(" AND c.requested_by = " + subject + " AND c.owner_id = (SELECT id FROM owner WHERE subject = "
                    + subject + ")");
        }
    }

    private static Cleanup toCleanup(Row row) {
        return new Cleanup(
                row.getUUID("id"),
                false,
                toState(row.getShort("state")),
                new CleanupCriteria(
                        row.getOffsetDateTime("before").toInstant(),
                        toStatuses(row.getArrayOfShorts("statuses")),
                        row.getUUID("workflow_id"),
                        row.getString("subject"),
                        row.getInteger("keep_last"),
                        row.getBoolean("ignore_policies")),
                row.getLong("matched"),
                row.getBoolean("matched_exact"),
                row.getLong("deleted"),
                row.getLong("bytes"),
                row.getInteger("partitions_dropped"),
                row.getString("requested_by"),
                row.getUUID("policy_id"),
                row.getOffsetDateTime("created_at").toInstant(),
                Rows.toInstant(row.getOffsetDateTime("started_at")),
                Rows.toInstant(row.getOffsetDateTime("finished_at")),
                PreviewJson.read(row.getJsonObject("preview")),
                row.getString("failure"));
    }
}
