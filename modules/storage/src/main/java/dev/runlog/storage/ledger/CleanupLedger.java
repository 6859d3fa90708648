package dev.runlog.storage.ledger;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.ListCleanups.CleanupPage;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ledger, table {@code cleanup}: who requested each cleanup, its progress and its outcome. */
public final class CleanupLedger {
    private static final String COLUMNS = """
            SELECT t.id, t.state, t.before, t.statuses, t.workflow_id, o.subject, t.keep_last,
                   t.ignore_policies, t.deletes_workflow, t.matched, t.matched_exact, t.deleted, t.bytes, t.partitions_dropped,
                   t.requested_by, t.policy_id, t.created_at, t.started_at, t.finished_at, t.preview, t.failure
            """;

    private static final String FROM = "FROM cleanup t\nLEFT JOIN owner o ON o.id = t.owner_id\n";

    private static final String GET = COLUMNS + FROM + "WHERE t.id = $1";

    private static final String INSERT = """
            INSERT INTO cleanup (id, state, before, statuses, workflow_id, owner_id, requested_by, policy_id, keep_last,
                                 ignore_policies, deletes_workflow)
            VALUES ($1, 1, $2, $3, $4, (SELECT id FROM owner WHERE subject = $5), $6, $7, $8, $9, $10)
            ON CONFLICT (workflow_id) WHERE deletes_workflow AND state IN (1, 2) DO NOTHING
            """;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final String COMPLETE = """
            state = 3, matched_exact = true,
                matched = CASE WHEN matched_exact THEN greatest(matched, deleted) ELSE deleted END""";

    private static final String FAIL = "state = 5";

    private final Database database;
    private final NewestFirst<Cleanup> rows;

    public CleanupLedger(Database database) {
        this.database = database;
        this.rows = new NewestFirst<>(database, "cleanups", COLUMNS, FROM, CleanupLedger::toCleanup);
    }

    /**
     * Creates a requested cleanup as {@code PENDING}. Fails with {@code CONFLICT} if it deletes a workflow that is
     * already being deleted.
     */
    public Future<Cleanup> create(CleanupCriteria criteria, String requestedBy) {
        return registerOwner(database, criteria.owner())
                .compose(done ->
                        database.query("create-cleanup", returning(INSERT), toInsert(criteria, requestedBy, null)))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw RunlogException.conflict(
                                "Workflow " + criteria.workflowId() + " is already being deleted; see `cleanups`.");
                    }
                    return toOnlyCleanup(rows);
                });
    }

    /** Creates a policy's cleanup in the current transaction. */
    static Future<?> create(SqlConnection connection, CleanupCriteria criteria, String requestedBy, UUID policyId) {
        return connection.preparedQuery(INSERT).execute(toInsert(criteria, requestedBy, policyId));
    }

    /** Adds an owner that has recorded nothing yet. Does nothing if there is no owner to add. */
    static Future<?> registerOwner(Database database, @Nullable String owner) {
        return owner == null
                ? Future.succeededFuture()
                : database.query(
                        "register-owner",
                        "INSERT INTO owner (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING",
                        Tuple.of(owner));
    }

    private static Tuple toInsert(CleanupCriteria criteria, String requestedBy, @Nullable UUID policyId) {
        return Tuple.of(
                Ids.next(),
                criteria.before().atOffset(ZoneOffset.UTC),
                Rows.toNumbers(criteria.statuses()),
                criteria.workflowId(),
                criteria.owner(),
                requestedBy,
                policyId,
                criteria.keepLast(),
                criteria.ignorePolicies(),
                criteria.deletesWorkflow());
    }

    public Future<Cleanup> get(UUID id) {
        return database.query("get-cleanup", GET, Tuple.of(id)).map(CleanupLedger::toOnlyCleanup);
    }

    /**
     * Returns the existing cleanups among these IDs. With a requester, returns only cleanups that it requested for its
     * own executions.
     *
     * @param reader the subject to which the database time is charged
     */
    public Future<List<Cleanup>> load(String reader, @Nullable String requestedBy, List<UUID> ids) {
        return rows.load(reader, sql -> addRequester(sql, requestedBy), ids);
    }

    /** A page of the ledger, newest first. */
    public Future<CleanupPage> list(String reader, @Nullable String requestedBy, PageRequest page) {
        return rows.list(reader, sql -> addRequester(sql, requestedBy), page, CleanupPage::new);
    }

    /** Numbers of requested cleanups that are pending or running: of all callers, and of one. */
    public record Open(long all, long own) {}

    /** Counts open cleanups, except those of policies: a policy has at most one, and only in its window. */
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
     * Returns the next cleanup to work on. A running cleanup comes first, then the oldest cleanup of the caller that
     * has waited longest since its last turn.
     *
     * @param withPolicies whether to include cleanups of policies
     */
    public Future<Optional<Cleanup>> findOpen(boolean withPolicies) {
        return database.query("find-open-cleanup", COLUMNS + FROM + """
                        JOIN (
                          SELECT DISTINCT ON (requested_by) id, state, requested_by
                          FROM cleanup
                          WHERE state IN (1, 2) AND (policy_id IS NULL OR $1)
                          ORDER BY requested_by, state DESC, id) first ON first.id = t.id
                        LEFT JOIN LATERAL (
                          SELECT l.started_at
                          FROM cleanup l
                          WHERE l.requested_by = first.requested_by AND l.started_at IS NOT NULL
                          ORDER BY l.id DESC
                          LIMIT 1) last ON true
                        ORDER BY first.state DESC, last.started_at NULLS FIRST, t.id
                        LIMIT 1
                        """, Tuple.of(withPolicies))
                .map(rows ->
                        Rows.toList(rows, CleanupLedger::toCleanup).stream().findFirst());
    }

    /**
     * Deletes some of the oldest cleanups that ended before a time, and returns their number.
     *
     * @param rowsMax maximum number of cleanups
     */
    public Future<Integer> deleteEnded(Instant before, int rowsMax) {
        return database.query(
                        "delete-ended-cleanups",
                        """
                        DELETE FROM cleanup
                        WHERE id = ANY (ARRAY(
                          SELECT id
                          FROM cleanup
                          WHERE id < $1 AND finished_at < $2 AND state NOT IN (1, 2)
                          ORDER BY id
                          LIMIT $3))
                        """,
                        Tuple.of(Ids.lowerBound(before), before.atOffset(ZoneOffset.UTC), rowsMax))
                .map(RowSet::rowCount);
    }

    /** Locks a cleanup's row until the end of the transaction, and returns its state. */
    public static Future<Cleanup.State> lock(SqlConnection connection, Cleanup cleanup) {
        return connection
                .preparedQuery("SELECT state FROM cleanup WHERE id = $1 FOR UPDATE")
                .execute(Tuple.of(cleanup.id()))
                .map(rows -> toState(rows.iterator().next().getShort(0)));
    }

    /** Marks a locked cleanup as running and stores its preview. Rows written by later transactions are not deleted. */
    public static Future<Cleanup> begin(SqlConnection connection, Cleanup cleanup, CleanupPreview preview) {
        return connection
                .preparedQuery(returning("""
                        UPDATE cleanup
                        SET state = 2, started_at = now(), matched = $2, matched_exact = $3, preview = $4,
                            first_later_xid = pg_snapshot_xmax(pg_current_snapshot())
                        WHERE id = $1"""))
                .execute(Tuple.of(
                        cleanup.id(),
                        preview.executions(),
                        preview.exact(),
                        new JsonObject(JSON.valueToTree(preview).toString())))
                .map(CleanupLedger::toOnlyCleanup);
    }

    public static Future<Cleanup> get(SqlConnection connection, UUID id) {
        return connection.preparedQuery(GET).execute(Tuple.of(id)).map(CleanupLedger::toOnlyCleanup);
    }

    /** Completes a cleanup unless it has already ended, and replaces an estimated match count with the actual one. */
    public Future<Cleanup> complete(UUID id) {
        return end(id, null, COMPLETE);
    }

    /** The same in the caller's transaction. */
    public static Future<Cleanup> complete(SqlConnection connection, UUID id) {
        return end(connection, id, null, COMPLETE);
    }

    /** Marks a cleanup as failed unless it has already ended, in the caller's transaction. */
    public static Future<Cleanup> fail(SqlConnection connection, UUID id, String reason) {
        return end(connection, id, reason, FAIL);
    }

    private static Future<Cleanup> end(SqlConnection connection, UUID id, @Nullable String failure, String changes) {
        return connection
                .preparedQuery(ending(changes))
                .execute(Tuple.of(id, failure))
                .compose(rows -> rows.size() > 0 ? Future.succeededFuture(toOnlyCleanup(rows)) : get(connection, id));
    }

    /** Cancels a cleanup. It stops after the current step. */
    public Future<Cleanup> cancel(UUID id) {
        return end(id, null, "state = 4");
    }

    public Future<Cleanup> fail(UUID id, String reason) {
        return end(id, reason, FAIL);
    }

    private Future<Cleanup> end(UUID id, @Nullable String failure, String changes) {
        return database.query("end-cleanup", ending(changes), Tuple.of(id, failure))
                .compose(rows -> rows.size() > 0 ? Future.succeededFuture(toOnlyCleanup(rows)) : get(id));
    }

    private static String ending(String changes) {
        return returning("UPDATE cleanup\nSET finished_at = now(), failure = $2, " + changes
                + "\nWHERE id = $1 AND state IN (1, 2)");
    }

    /** Extends a statement to return the rows that it changed. */
    private static String returning(String change) {
        return "WITH changed AS (" + change + "\nRETURNING *)\n" + COLUMNS + FROM.replace("cleanup", "changed");
    }

    @SuppressWarnings("EnumOrdinal") // The migration defines the numbers.
    private static Cleanup.State toState(int number) {
        return Cleanup.State.values()[number - 1];
    }

    private static void addRequester(Sql sql, @Nullable String requestedBy) {
        if (requestedBy != null) {
            // Own executions only: a former operator must not see results about other owners.
            String subject = sql.argument(requestedBy);
            sql.add(" AND t.requested_by = " + subject + " AND t.owner_id = (SELECT id FROM owner WHERE subject = "
                    + subject + ")");
        }
    }

    private static Cleanup toOnlyCleanup(RowSet<Row> rows) {
        return toCleanup(rows.iterator().next());
    }

    private static Cleanup toCleanup(Row row) {
        JsonObject preview = row.getJsonObject("preview");
        return new Cleanup(
                row.getUUID("id"),
                false,
                toState(row.getShort("state")),
                new CleanupCriteria(
                        row.getOffsetDateTime("before").toInstant(),
                        Rows.toStatuses(row.getArrayOfShorts("statuses")),
                        row.getUUID("workflow_id"),
                        row.getString("subject"),
                        row.getInteger("keep_last"),
                        row.getBoolean("ignore_policies"),
                        row.getBoolean("deletes_workflow")),
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
                preview == null ? null : JSON.convertValue(preview.getMap(), CleanupPreview.class),
                row.getString("failure"));
    }
}
