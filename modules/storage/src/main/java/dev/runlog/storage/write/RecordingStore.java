package dev.runlog.storage.write;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Workflow;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.db.GuardedPool;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.rollup.HistogramFold;
import dev.runlog.storage.sql.Rows;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The reads and writes of recording. Uses separate connections: recording and reading never wait for each other.
 * Failures are those of the driver; {@link WriteFailure} classifies them.
 */
public final class RecordingStore {
    private static final String REGISTER_OWNERS = """
            INSERT INTO owner (subject)
            SELECT DISTINCT subject
            FROM unnest($1::text[]) AS new (subject)
            WHERE NOT EXISTS (SELECT FROM owner o WHERE o.subject = new.subject)
            ORDER BY subject
            ON CONFLICT (subject) DO NOTHING
            """;

    /** Only one transaction at a time registers workflows of an owner, so its count is exact. */
    private static final String LOCK_OWNERS = """
            SELECT id
            FROM owner
            WHERE subject = ANY ($1)
            ORDER BY id
            FOR NO KEY UPDATE
            """;

    /**
     * Registers workflows up to the limit of the owner. Counting an owner's workflows stops at the limit; MATERIALIZED
     * makes PostgreSQL count once per owner rather than once per key. A deleted workflow becomes visible again, as if
     * it were new.
     */
    private static final String REGISTER_WORKFLOWS = """
            WITH missing AS (
              SELECT new.id, o.id AS owner_id, new.key, row_number() OVER (PARTITION BY o.id ORDER BY new.key) AS number
              FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, subject, key)
              JOIN owner o ON o.subject = new.subject
              WHERE NOT EXISTS (
                SELECT FROM workflow w WHERE w.owner_id = o.id AND w.key = new.key AND w.deleted_at IS NULL)),
            room AS MATERIALIZED (
              SELECT m.owner_id,
                     $4::bigint - (
                       SELECT count(*)
                       FROM (
                         SELECT FROM workflow w
                         WHERE w.owner_id = m.owner_id AND w.deleted_at IS NULL
                         LIMIT $4::bigint) w) AS workflows
              FROM (SELECT DISTINCT owner_id FROM missing) m)
            INSERT INTO workflow (id, owner_id, key, name)
            SELECT m.id, m.owner_id, m.key, m.key
            FROM missing m
            JOIN room r ON r.owner_id = m.owner_id
            WHERE m.number <= r.workflows
            ORDER BY m.owner_id, m.key
            ON CONFLICT (owner_id, key) DO UPDATE
            SET name = excluded.name, created_at = now(), deleted_at = NULL
            WHERE workflow.deleted_at IS NOT NULL
            """;

    /** The columns of a workflow, for {@link #toWorkflow}. */
    private static final String WORKFLOW = "w.id, w.owner_id, o.subject, w.key, w.name, w.created_at";

    private static final String FIND_WORKFLOWS_BY_KEY = "SELECT " + WORKFLOW + """

            FROM unnest($1::text[], $2::text[]) AS asked (subject, key)
            JOIN owner o ON o.subject = asked.subject
            JOIN workflow w ON w.owner_id = o.id AND w.key = asked.key AND w.deleted_at IS NULL
            ORDER BY w.id
            """;

    private static final String FIND_WORKFLOWS_BY_ID = "SELECT " + WORKFLOW + """

            FROM workflow w
            JOIN owner o ON o.id = w.owner_id
            WHERE w.id = ANY ($1) AND w.deleted_at IS NULL
            ORDER BY w.id
            """;

    private static final String FIND_OWNERS = """
            SELECT subject, id
            FROM owner
            WHERE subject = ANY ($1)
            ORDER BY id
            """;

    /** Locks rows in the order of their IDs, as several servers may rename the same workflows. */
    private static final String RENAME_WORKFLOWS = """
            WITH renamed AS (
              SELECT w.id, new.name
              FROM unnest($1::uuid[], $2::text[]) AS new (id, name)
              JOIN workflow w ON w.id = new.id
              WHERE w.name <> new.name
              ORDER BY w.id
              FOR NO KEY UPDATE OF w)
            UPDATE workflow w
            SET name = renamed.name
            FROM renamed
            WHERE w.id = renamed.id
            """;

    /** Also makes a workflow visible again that was deleted since it was looked up. */
    private static final String RENAME_WORKFLOW = """
            UPDATE workflow w
            SET name = coalesce($3, w.name), deleted_at = NULL
            FROM owner o
            WHERE o.subject = $1 AND w.owner_id = o.id AND w.key = $2
            RETURNING\s""" + WORKFLOW;

    private static final String FIND_PARTITIONS = """
            SELECT day
            FROM unnest($1::date[]) AS asked (day)
            WHERE to_regclass('execution_' || to_char(day, 'YYYYMMDD')) IS NOT NULL
            ORDER BY day
            """;

    private static final String ENSURE_PARTITIONS = "SELECT ensure_day_partitions($1)";

    private static final String SWEEP_EXTERNAL_IDS = "SELECT sweep_external_ids($1)";

    private final GuardedPool pool;

    private RecordingStore(GuardedPool pool) {
        this.pool = pool;
    }

    /**
     * Opens connections on demand.
     *
     * @param connections maximum number; statements wait up to {@code config.poolWait()} for one
     */
    public static RecordingStore open(Vertx vertx, DatabaseConfig config, int connections) {
        return new RecordingStore(Database.pool(vertx, config, connections, "recording"));
    }

    public Future<Void> close() {
        return pool.close();
    }

    /**
     * Runs work in a transaction. The work calls {@link RecordingTransaction#commit}; if the work fails before that,
     * the transaction is rolled back.
     */
    public <T> Future<T> transaction(Function<RecordingTransaction, Future<T>> work) {
        return pool.use(connection -> new RecordingTransaction(connection).run(work));
    }

    /** Returns the UTC days that have partitions. */
    public Future<List<LocalDate>> findPartitions(Collection<LocalDate> days) {
        return pool.use(connection -> connection
                .preparedQuery(FIND_PARTITIONS)
                .execute(tuple((Object) days.toArray(LocalDate[]::new)))
                .map(rows -> Rows.toList(rows, row -> row.getLocalDate(0))));
    }

    /** Creates the partitions of a UTC day if they are missing. */
    public Future<Void> ensurePartitions(LocalDate day) {
        return pool.use(connection -> connection
                .preparedQuery(ENSURE_PARTITIONS)
                .execute(Tuple.of(day))
                .mapEmpty());
    }

    /** Folds the deltas of up to {@code batchesMax} batches into the duration histograms; returns their number. */
    public Future<Long> foldDurations(int batchesMax) {
        return pool.use(connection -> HistogramFold.run(connection, batchesMax));
    }

    /**
     * Deletes external IDs whose executions are gone, on some pages of the map. Returns false at the end of the map, or
     * if there is nothing to do.
     */
    public Future<Boolean> sweepExternalIds(int pages) {
        return pool.use(connection -> connection
                .preparedQuery(SWEEP_EXTERNAL_IDS)
                .execute(Tuple.of(pages))
                .map(rows -> rows.iterator().next().getBoolean(0)));
    }

    /**
     * Registers workflows with their keys as names, and returns those that exist afterwards.
     *
     * @param ownerMax maximum number of workflows of an owner; further ones are not registered
     */
    public Future<List<StoredWorkflow>> registerWorkflows(Collection<WorkflowKey> keys, int ownerMax) {
        String[] owners = owners(keys);
        String[] distinctOwners = Arrays.stream(owners).distinct().toArray(String[]::new);
        String[] names = names(keys);
        UUID[] ids = keys.stream().map(key -> Ids.next()).toArray(UUID[]::new);
        return pool.use(connection -> planned(connection, REGISTER_OWNERS, tuple((Object) distinctOwners))
                .compose(done -> new RecordingTransaction(connection).run(transaction -> {
                    transaction.planForArguments();
                    transaction.send(LOCK_OWNERS, tuple((Object) distinctOwners));
                    transaction.send(REGISTER_WORKFLOWS, tuple(ids, owners, names, ownerMax));
                    return transaction.commit();
                }))
                .compose(done -> planned(connection, FIND_WORKFLOWS_BY_KEY, tuple(owners, names)))
                .map(RecordingStore::toWorkflows));
    }

    /** Returns the workflows that exist. */
    public Future<List<StoredWorkflow>> findWorkflowsByKey(Collection<WorkflowKey> keys) {
        return pool.use(connection -> planned(connection, FIND_WORKFLOWS_BY_KEY, tuple(owners(keys), names(keys)))
                .map(RecordingStore::toWorkflows));
    }

    /** Returns the workflows that exist, of any owner. */
    public Future<List<StoredWorkflow>> findWorkflows(Collection<UUID> ids) {
        return pool.use(
                connection -> planned(connection, FIND_WORKFLOWS_BY_ID, tuple((Object) ids.toArray(UUID[]::new)))
                        .map(RecordingStore::toWorkflows));
    }

    /** Returns the IDs of the owners that exist. */
    public Future<Map<String, Integer>> findOwners(Collection<String> subjects) {
        return pool.use(connection -> planned(connection, FIND_OWNERS, tuple((Object) subjects.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Integer> ids = new HashMap<>();
                    rows.forEach(row -> ids.put(row.getString(0), row.getInteger(1)));
                    return ids;
                }));
    }

    private static String[] owners(Collection<WorkflowKey> keys) {
        return keys.stream().map(WorkflowKey::owner).toArray(String[]::new);
    }

    private static String[] names(Collection<WorkflowKey> keys) {
        return keys.stream().map(WorkflowKey::key).toArray(String[]::new);
    }

    /** Runs a statement with a plan for its arguments. */
    private static Future<RowSet<Row>> planned(SqlConnection connection, String sql, Tuple arguments) {
        return new RecordingTransaction(connection).run(transaction -> {
            transaction.planForArguments();
            Future<RowSet<Row>> rows = transaction.send(sql, arguments);
            return transaction.commit().compose(done -> rows);
        });
    }

    /** Stores the names of existing workflows. */
    public Future<Void> renameWorkflows(Collection<StoredWorkflow> workflows) {
        UUID[] ids = workflows.stream().map(named -> named.workflow().id()).toArray(UUID[]::new);
        String[] names =
                workflows.stream().map(named -> named.workflow().name()).toArray(String[]::new);
        return pool.use(connection ->
                planned(connection, RENAME_WORKFLOWS, tuple(ids, names)).mapEmpty());
    }

    /** Renames an existing workflow, unless the name is null. */
    public Future<StoredWorkflow> renameWorkflow(WorkflowKey key, @Nullable String name) {
        return pool.use(connection -> connection
                .preparedQuery(RENAME_WORKFLOW)
                .execute(Tuple.of(key.owner(), key.key(), name))
                .map(rows -> toWorkflow(rows.iterator().next())));
    }

    private static Tuple tuple(Object... values) {
        return Tuple.from(values);
    }

    private static List<StoredWorkflow> toWorkflows(RowSet<Row> rows) {
        List<StoredWorkflow> workflows = new ArrayList<>();
        rows.forEach(row -> workflows.add(toWorkflow(row)));
        return workflows;
    }

    private static StoredWorkflow toWorkflow(Row row) {
        return new StoredWorkflow(
                new Workflow(
                        row.getUUID("id"),
                        row.getString("subject"),
                        row.getString("key"),
                        row.getString("name"),
                        row.getOffsetDateTime("created_at").toInstant()),
                row.getInteger("owner_id"));
    }
}
