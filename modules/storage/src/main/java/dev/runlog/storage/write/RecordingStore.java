package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.Workflow;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.db.GuardedPool;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.UuidOrder;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.DurationDelta;
import dev.runlog.storage.rollup.DurationFold;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What recording reads and writes, on connections of its own, so that reads never wait for writes nor writes for
 * reads. Failures come as the driver tells them; {@link WriteFailure} sorts them.
 */
public final class RecordingStore {
    /** The columns of {@link #toStored}; the large ones stay where they are. */
    private static final String HEAD = """
            e.id, e.workflow_id, e.owner_id, o.subject, e.status, e.attempt, e.held, e.truncated, e.start_known,
            e.finished_at, (extract(epoch FROM e.heartbeat_timeout) * 1000)::bigint AS heartbeat_timeout_millis,
            e.heartbeat_deadline, e.parent_id, e.trigger, e.labels, e.error_type, e.error_message, e.error_fingerprint,
            e.sanitized, e.redacted
            """;

    private static final String LOCK = "SELECT " + HEAD + """
            FROM execution e
            JOIN owner o ON o.id = e.owner_id
            WHERE e.id = ANY ($1) AND e.id BETWEEN $2 AND $3
            ORDER BY e.id
            FOR UPDATE OF e
            """;

    private static final String LOCK_OVERDUE = "SELECT " + HEAD + """
            FROM execution e
            JOIN owner o ON o.id = e.owner_id
            WHERE e.status = 1 AND e.heartbeat_deadline < $1
            ORDER BY e.heartbeat_deadline, e.id
            LIMIT $2
            FOR UPDATE OF e SKIP LOCKED
            """;

    /** The rollups know which days still have running ones, so that no others are looked through. */
    private static final String LOCK_UNHEARD = "SELECT " + HEAD + """
            FROM execution_daily d
            JOIN execution e ON e.workflow_id = d.workflow_id AND e.status = 1 AND e.heartbeat_timeout IS NULL
              AND e.id >= uuid_v7_floor(d.day::timestamp AT TIME ZONE 'UTC')
              AND e.id < uuid_v7_floor((d.day + 1)::timestamp AT TIME ZONE 'UTC')
            JOIN owner o ON o.id = e.owner_id
            WHERE d.running > 0 AND d.day <= $1 AND e.id < $2
            ORDER BY e.id
            LIMIT $3
            FOR UPDATE OF e SKIP LOCKED
            """;

    private static final String INSERT = """
            INSERT INTO execution (id, workflow_id, owner_id, status, attempt, truncated, start_known, finished_at,
                                   heartbeat_timeout, heartbeat_deadline, duration_millis, parent_id, trigger, labels,
                                   error_type, error_message, error_fingerprint, payload, result, error_details,
                                   stack_trace, sanitized, redacted)
            SELECT id, workflow_id, owner_id, status, attempt, truncated, start_known, finished_at,
                   heartbeat_timeout_millis * interval '1 millisecond', heartbeat_deadline, duration_millis, parent_id,
                   trigger, labels::jsonb, error_type, error_message, error_fingerprint, payload, result, error_details,
                   stack_trace, sanitized, redacted
            FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::smallint[], $5::smallint[], $6::smallint[],
                        $7::boolean[], $8::timestamptz[], $9::bigint[], $10::timestamptz[], $11::bigint[], $12::uuid[],
                        $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
                        $20::text[], $21::text[], $22::smallint[], $23::integer[])
              AS new (id, workflow_id, owner_id, status, attempt, truncated, start_known, finished_at,
                      heartbeat_timeout_millis, heartbeat_deadline, duration_millis, parent_id, trigger, labels,
                      error_type, error_message, error_fingerprint, payload, result, error_details, stack_trace, sanitized,
                      redacted)
            """;

    private static final String FINISH = """
            UPDATE execution e
            SET status = new.status, finished_at = new.finished_at, duration_millis = new.duration_millis,
                truncated = new.truncated, heartbeat_deadline = NULL, error_type = new.error_type,
                error_message = new.error_message, error_fingerprint = new.error_fingerprint, result = new.result,
                error_details = new.error_details, stack_trace = new.stack_trace, sanitized = new.sanitized,
                redacted = new.redacted
            FROM unnest($1::uuid[], $4::smallint[], $5::timestamptz[], $6::bigint[], $7::smallint[], $8::text[],
                        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::smallint[],
                        $15::integer[])
              AS new (id, status, finished_at, duration_millis, truncated, error_type, error_message,
                      error_fingerprint, result, error_details, stack_trace, sanitized, redacted)
            WHERE e.id = new.id AND e.id BETWEEN $2 AND $3
            """;

    private static final String FILL_START = """
            UPDATE execution e
            SET start_known = true, attempt = new.attempt, truncated = new.truncated,
                heartbeat_timeout = new.heartbeat_timeout_millis * interval '1 millisecond',
                parent_id = new.parent_id, trigger = new.trigger, labels = new.labels::jsonb, payload = new.payload,
                sanitized = new.sanitized, redacted = new.redacted
            FROM unnest($1::uuid[], $4::smallint[], $5::smallint[], $6::bigint[], $7::uuid[], $8::text[], $9::text[],
                        $10::text[], $11::smallint[], $12::integer[])
              AS new (id, attempt, truncated, heartbeat_timeout_millis, parent_id, trigger, labels, payload, sanitized,
                      redacted)
            WHERE e.id = new.id AND e.id BETWEEN $2 AND $3
            """;

    /** Copies the rows as they are by then; their owner and workflow never change. */
    private static final String LIST_UNSUCCESSFUL = """
            INSERT INTO unsuccessful_execution (id, workflow_id, owner_id, status, attempt, held, truncated, finished_at,
                                                duration_millis, parent_id, trigger, labels, error_type, error_message,
                                                error_fingerprint, sanitized, redacted)
            SELECT id, workflow_id, owner_id, status, attempt, held, truncated, finished_at, duration_millis, parent_id,
                   trigger, labels, error_type, error_message, error_fingerprint, sanitized, redacted
            FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3
            ORDER BY id
            ON CONFLICT (id) DO UPDATE
            SET status = excluded.status, attempt = excluded.attempt, held = excluded.held,
                truncated = excluded.truncated, finished_at = excluded.finished_at,
                duration_millis = excluded.duration_millis, parent_id = excluded.parent_id,
                trigger = excluded.trigger, labels = excluded.labels,
                error_type = excluded.error_type, error_message = excluded.error_message,
                error_fingerprint = excluded.error_fingerprint, sanitized = excluded.sanitized,
                redacted = excluded.redacted
            """;

    private static final String UNLIST = "DELETE FROM unsuccessful_execution WHERE id = ANY ($1)";

    private static final String MOVE_DEADLINE = """
            UPDATE execution e
            SET heartbeat_deadline = new.heartbeat_deadline
            FROM unnest($1::uuid[], $4::timestamptz[]) AS new (id, heartbeat_deadline)
            WHERE e.id = new.id AND e.id BETWEEN $2 AND $3
            """;

    /** A step that is over stays; one that says nothing new is not written, and so not returned. */
    private static final String UPSERT_STEPS = """
            INSERT INTO step AS known
              (execution_id, index, status, name, kind, started_at, finished_at, input, output, error, truncated,
               sanitized, redacted)
            SELECT execution_id, index, status, name, kind, started_at, finished_at, input, output, error, truncated,
                   sanitized, redacted
            FROM unnest($1::uuid[], $2::integer[], $3::smallint[], $4::text[], $5::text[], $6::timestamptz[],
                        $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::smallint[], $12::smallint[],
                        $13::smallint[])
              AS new (execution_id, index, status, name, kind, started_at, finished_at, input, output, error, truncated,
                      sanitized, redacted)
            ON CONFLICT (execution_id, index) DO UPDATE
            SET status = excluded.status,
                name = excluded.name,
                kind = coalesce(excluded.kind, known.kind),
                started_at = coalesce(excluded.started_at, known.started_at),
                finished_at = coalesce(excluded.finished_at, known.finished_at),
                input = coalesce(excluded.input, known.input),
                output = coalesce(excluded.output, known.output),
                error = coalesce(excluded.error, known.error),
                truncated = excluded.truncated | (known.truncated
                  & step_parts_kept(excluded.kind, excluded.input, excluded.output, excluded.error)),
                sanitized = excluded.sanitized | (known.sanitized
                  & step_parts_kept(excluded.kind, excluded.input, excluded.output, excluded.error)),
                redacted = excluded.redacted | (known.redacted
                  & step_parts_kept(excluded.kind, excluded.input, excluded.output, excluded.error))
            WHERE known.status = 1
              AND (excluded.status <> 1
                   OR (excluded.name, coalesce(excluded.kind, known.kind),
                       coalesce(excluded.started_at, known.started_at),
                       coalesce(excluded.finished_at, known.finished_at), coalesce(excluded.input, known.input),
                       coalesce(excluded.output, known.output), coalesce(excluded.error, known.error))
                      IS DISTINCT FROM
                      (known.name, known.kind, known.started_at, known.finished_at, known.input, known.output,
                       known.error))
            RETURNING execution_id, index
            """;

    private static final String ADD_DAILY = """
            INSERT INTO execution_daily AS known
              (owner_id, workflow_id, day, running, success, failed, cancelled, crashed, duration_millis_sum)
            SELECT owner_id, workflow_id, day, running, success, failed, cancelled, crashed, duration_millis
            FROM unnest($1::integer[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::integer[],
                        $7::integer[], $8::integer[], $9::bigint[])
              AS new (owner_id, workflow_id, day, running, success, failed, cancelled, crashed, duration_millis)
            ORDER BY owner_id, workflow_id, day
            ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
            SET running = known.running + excluded.running,
                success = known.success + excluded.success,
                failed = known.failed + excluded.failed,
                cancelled = known.cancelled + excluded.cancelled,
                crashed = known.crashed + excluded.crashed,
                duration_millis_sum = known.duration_millis_sum + excluded.duration_millis_sum
            """;

    /** The totals of all owners; writers at the same time are of different connections and so, mostly, of shards. */
    private static final String ADD_DAYS = """
            INSERT INTO execution_day AS known
              (day, shard, running, success, failed, cancelled, crashed, duration_millis_sum)
            SELECT day, pg_backend_pid() % 8, running, success, failed, cancelled, crashed, duration_millis
            FROM unnest($1::date[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
              AS new (day, running, success, failed, cancelled, crashed, duration_millis)
            ORDER BY day
            ON CONFLICT (day, shard) DO UPDATE
            SET running = known.running + excluded.running,
                success = known.success + excluded.success,
                failed = known.failed + excluded.failed,
                cancelled = known.cancelled + excluded.cancelled,
                crashed = known.crashed + excluded.crashed,
                duration_millis_sum = known.duration_millis_sum + excluded.duration_millis_sum
            """;

    /** A row a batch: adding to a counter for each bucket doubled the time of the rollups. */
    private static final String ADD_DURATIONS = """
            INSERT INTO duration_delta (owner_ids, workflow_ids, days, buckets, counts)
            VALUES ($1, $2, $3, $4, $5)
            """;

    private static final String REGISTER_OWNERS = """
            INSERT INTO owner (subject)
            SELECT DISTINCT subject
            FROM unnest($1::text[]) AS new (subject)
            WHERE NOT EXISTS (SELECT FROM owner o WHERE o.subject = new.subject)
            ORDER BY subject
            ON CONFLICT (subject) DO NOTHING
            """;

    /** Whoever registers workflows of an owner waits for others who do, so that the count of them is exact. */
    private static final String LOCK_OWNERS = """
            SELECT id
            FROM owner
            WHERE subject = ANY ($1)
            ORDER BY id
            FOR NO KEY UPDATE
            """;

    /** Registers as many as there is room for. The count of an owner's workflows ends at the limit. */
    private static final String REGISTER_WORKFLOWS = """
            WITH missing AS (
              SELECT new.id, o.id AS owner_id, new.key, row_number() OVER (PARTITION BY o.id ORDER BY new.key) AS number
              FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, subject, key)
              JOIN owner o ON o.subject = new.subject
              WHERE NOT EXISTS (SELECT FROM workflow w WHERE w.owner_id = o.id AND w.key = new.key)),
            room AS (
              SELECT m.owner_id,
                     $4::bigint - (SELECT count(*)
                                   FROM (SELECT FROM workflow w WHERE w.owner_id = m.owner_id LIMIT $4::bigint) w)
                       AS workflows
              FROM (SELECT DISTINCT owner_id FROM missing) m)
            INSERT INTO workflow (id, owner_id, key, name)
            SELECT m.id, m.owner_id, m.key, m.key
            FROM missing m
            JOIN room r ON r.owner_id = m.owner_id
            WHERE m.number <= r.workflows
            ORDER BY m.owner_id, m.key
            ON CONFLICT (owner_id, key) DO NOTHING
            """;

    private static final String FIND_WORKFLOWS_BY_KEY = """
            SELECT w.id, w.owner_id, o.subject, w.key, w.name, w.created_at
            FROM unnest($1::text[], $2::text[]) AS asked (subject, key)
            JOIN owner o ON o.subject = asked.subject
            JOIN workflow w ON w.owner_id = o.id AND w.key = asked.key
            ORDER BY w.id
            """;

    private static final String FIND_WORKFLOWS_BY_ID = """
            SELECT w.id, w.owner_id, o.subject, w.key, w.name, w.created_at
            FROM workflow w
            JOIN owner o ON o.id = w.owner_id
            WHERE w.id = ANY ($1)
            ORDER BY w.id
            """;

    private static final String RENAME_WORKFLOW = """
            UPDATE workflow w
            SET name = coalesce($3, w.name)
            FROM owner o
            WHERE o.subject = $1 AND w.owner_id = o.id AND w.key = $2
            RETURNING w.id, w.owner_id, o.subject, w.key, w.name, w.created_at
            """;

    private static final String FIND_PARTITIONS = """
            SELECT day
            FROM unnest($1::date[]) AS asked (day)
            WHERE to_regclass('execution_' || to_char(day, 'YYYYMMDD')) IS NOT NULL
            ORDER BY day
            """;

    private static final String ENSURE_PARTITIONS = "SELECT ensure_day_partitions($1)";

    private final GuardedPool pool;

    private RecordingStore(GuardedPool pool) {
        this.pool = pool;
    }

    /**
     * Opens connections as they are needed.
     *
     * @param connections at the most; statements wait for {@code config.poolWait()} for one
     */
    public static RecordingStore open(Vertx vertx, DatabaseConfig config, int connections) {
        return new RecordingStore(Database.pool(vertx, config, connections, "recording"));
    }

    public Future<Void> close() {
        return pool.close();
    }

    /** Runs work in a transaction; it ends by {@link Transaction#commit}, and is rolled back where it fails before. */
    public <T> Future<T> transaction(Function<Transaction, Future<T>> work) {
        return pool.use(connection -> new Transaction(connection).run(work));
    }

    /** Returns those of the UTC days that have partitions. */
    public Future<List<LocalDate>> findPartitions(Collection<LocalDate> days) {
        return pool.use(connection -> connection
                .preparedQuery(FIND_PARTITIONS)
                .execute(tuple((Object) days.toArray(LocalDate[]::new)))
                .map(rows -> Rows.toList(rows, row -> row.getLocalDate(0))));
    }

    /** Makes the partitions of a UTC day where they are missing. */
    public Future<Void> ensurePartitions(LocalDate day) {
        return pool.use(connection -> connection
                .preparedQuery(ENSURE_PARTITIONS)
                .execute(Tuple.of(day))
                .mapEmpty());
    }

    /** Folds what batches added into the histograms, some batches at a time; returns how many they were. */
    public Future<Long> foldDurations(int batchesMax) {
        return pool.use(connection -> DurationFold.run(connection, batchesMax));
    }

    /**
     * Registers workflows under their keys as their names, and returns those that exist then.
     *
     * @param ownerMax how many workflows an owner may have; those beyond are not registered
     */
    public Future<List<StoredWorkflow>> registerWorkflows(Collection<WorkflowKey> keys, int ownerMax) {
        String[] owners = keys.stream().map(WorkflowKey::owner).toArray(String[]::new);
        String[] names = keys.stream().map(WorkflowKey::key).toArray(String[]::new);
        UUID[] ids = keys.stream().map(key -> Ids.next()).toArray(UUID[]::new);
        return pool.use(connection -> connection
                .preparedQuery(REGISTER_OWNERS)
                .execute(tuple((Object) owners))
                .compose(done -> Database.transaction(connection, same -> same.preparedQuery(LOCK_OWNERS)
                        .execute(tuple((Object) owners))
                        .compose(locked ->
                                same.preparedQuery(REGISTER_WORKFLOWS).execute(tuple(ids, owners, names, ownerMax)))))
                .compose(done -> connection.preparedQuery(FIND_WORKFLOWS_BY_KEY).execute(tuple(owners, names)))
                .map(RecordingStore::toWorkflows));
    }

    /** Those of the workflows that exist. */
    public Future<List<StoredWorkflow>> findWorkflowsByKey(Collection<WorkflowKey> keys) {
        String[] owners = keys.stream().map(WorkflowKey::owner).toArray(String[]::new);
        String[] names = keys.stream().map(WorkflowKey::key).toArray(String[]::new);
        return pool.use(connection -> connection
                .preparedQuery(FIND_WORKFLOWS_BY_KEY)
                .execute(tuple(owners, names))
                .map(RecordingStore::toWorkflows));
    }

    /** Those of the workflows that exist, whoever owns them. */
    public Future<List<StoredWorkflow>> findWorkflows(Collection<UUID> ids) {
        return pool.use(connection -> connection
                .preparedQuery(FIND_WORKFLOWS_BY_ID)
                .execute(tuple((Object) ids.toArray(UUID[]::new)))
                .map(RecordingStore::toWorkflows));
    }

    /** Renames a workflow that exists, unless the name is null. */
    public Future<StoredWorkflow> renameWorkflow(WorkflowKey key, @Nullable String name) {
        return pool.use(connection -> connection
                .preparedQuery(RENAME_WORKFLOW)
                .execute(Tuple.of(key.owner(), key.key(), name))
                .map(rows -> toWorkflow(rows.iterator().next())));
    }

    /**
     * The statements of one transaction. They are sent without waiting for each other; what was sent before a failure
     * fails too.
     */
    public static final class Transaction {
        private final SqlConnection connection;
        private final List<Future<?>> sent = new ArrayList<>();
        private boolean committed;

        private Transaction(SqlConnection connection) {
            this.connection = connection;
        }

        private <T> Future<T> run(Function<Transaction, Future<T>> work) {
            sent.add(connection.query("BEGIN").execute());
            Future<T> result;
            try {
                result = work.apply(this);
            } catch (RuntimeException failure) {
                result = Future.failedFuture(failure);
            }
            return result.recover(failure -> Future.join(sent)
                    .otherwiseEmpty()
                    .compose(over -> committed
                            ? Future.succeededFuture()
                            : connection.query("ROLLBACK").execute().otherwiseEmpty())
                    .compose(over -> Future.failedFuture(failure)));
        }

        /** Sends the commit right behind the statements; succeeds once they and it have. */
        public Future<Void> commit() {
            committed = true;
            sent.add(connection.query("COMMIT").execute());
            // The first that failed says why; those behind it only that the transaction was aborted.
            return Future.join(sent)
                    .<Void>mapEmpty()
                    .recover(failure -> Future.failedFuture(sent.stream()
                            .filter(Future::failed)
                            .findFirst()
                            .map(Future::cause)
                            .orElse(failure)));
        }

        /** Locks those of the executions that exist, in the order of their ids. */
        public Future<Map<UUID, StoredExecution>> lock(Collection<UUID> ids) {
            if (ids.isEmpty()) {
                return Future.succeededFuture(Map.of());
            }
            UUID[] sorted = ids.stream().sorted(UuidOrder.BY_BYTES).toArray(UUID[]::new);
            return send(LOCK, tuple(sorted, sorted[0], sorted[sorted.length - 1]))
                    .map(rows -> {
                        Map<UUID, StoredExecution> found = new HashMap<>();
                        for (Row row : rows) {
                            StoredExecution stored = toStored(row);
                            found.put(stored.head().id(), stored);
                        }
                        return found;
                    });
        }

        /** Locks running executions whose deadline passed before the moment, but for those that others hold. */
        public Future<List<StoredExecution>> lockOverdue(Instant moment, int max) {
            return send(LOCK_OVERDUE, tuple(moment.atOffset(ZoneOffset.UTC), max))
                    .map(rows -> {
                        List<StoredExecution> found = new ArrayList<>();
                        rows.forEach(row -> found.add(toStored(row)));
                        return found;
                    });
        }

        /** Locks running executions without heartbeats that started before the moment, but for those that others hold. */
        public Future<List<StoredExecution>> lockUnheard(Instant moment, int max) {
            LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
            return send(LOCK_UNHEARD, tuple(day, Ids.lowerBound(moment), max)).map(rows -> {
                List<StoredExecution> found = new ArrayList<>();
                rows.forEach(row -> found.add(toStored(row)));
                return found;
            });
        }

        /**
         * Writes rows that were not there when they were looked for. Where another server was quicker it fails as
         * {@link WriteFailure#CONTENTION}: that is rare, and the check for it by ON CONFLICT costs each row more than
         * it is worth.
         */
        public Future<Void> insert(Collection<ExecutionRow> rows) {
            if (rows.isEmpty()) {
                return Future.succeededFuture();
            }
            Columns columns = new Columns(rows);
            return send(
                            INSERT,
                            tuple(
                                    columns.ids(),
                                    columns.of(UUID[]::new, row -> head(row).workflowId()),
                                    columns.of(
                                            Integer[]::new, row -> row.stored().ownerId()),
                                    columns.of(Short[]::new, RecordingStore::status),
                                    columns.of(Short[]::new, row ->
                                            (short) head(row).attempt()),
                                    columns.of(Short[]::new, RecordingStore::truncated),
                                    columns.of(
                                            Boolean[]::new, row -> row.stored().startKnown()),
                                    columns.of(
                                            OffsetDateTime[]::new,
                                            row -> Rows.toOffset(head(row).finishedAt())),
                                    columns.of(Long[]::new, RecordingStore::heartbeatMillis),
                                    columns.of(
                                            OffsetDateTime[]::new,
                                            row -> Rows.toOffset(head(row).heartbeatDeadline())),
                                    columns.of(Long[]::new, RecordingStore::durationMillis),
                                    columns.of(UUID[]::new, row -> head(row).parentId()),
                                    columns.of(String[]::new, row -> head(row).trigger()),
                                    columns.of(String[]::new, RecordingStore::labels),
                                    columns.of(String[]::new, row -> head(row).errorType()),
                                    columns.of(String[]::new, row -> head(row).errorMessage()),
                                    columns.of(String[]::new, row -> head(row).errorFingerprint()),
                                    columns.of(
                                            String[]::new, row -> row.detail().payload()),
                                    columns.of(
                                            String[]::new, row -> row.detail().result()),
                                    columns.of(
                                            String[]::new, row -> row.detail().errorDetails()),
                                    columns.of(
                                            String[]::new, row -> row.detail().stackTrace()),
                                    columns.of(Short[]::new, RecordingStore::sanitized),
                                    columns.of(Integer[]::new, row -> head(row).redacted())))
                    .mapEmpty();
        }

        /** Writes how locked executions ended. */
        public Future<Void> finish(Collection<ExecutionRow> rows) {
            if (rows.isEmpty()) {
                return Future.succeededFuture();
            }
            Columns columns = new Columns(rows);
            return send(
                            FINISH,
                            tuple(
                                    columns.ids(),
                                    columns.first(),
                                    columns.last(),
                                    columns.of(Short[]::new, RecordingStore::status),
                                    columns.of(
                                            OffsetDateTime[]::new,
                                            row -> Rows.toOffset(head(row).finishedAt())),
                                    columns.of(Long[]::new, RecordingStore::durationMillis),
                                    columns.of(Short[]::new, RecordingStore::truncated),
                                    columns.of(String[]::new, row -> head(row).errorType()),
                                    columns.of(String[]::new, row -> head(row).errorMessage()),
                                    columns.of(String[]::new, row -> head(row).errorFingerprint()),
                                    columns.of(
                                            String[]::new, row -> row.detail().result()),
                                    columns.of(
                                            String[]::new, row -> row.detail().errorDetails()),
                                    columns.of(
                                            String[]::new, row -> row.detail().stackTrace()),
                                    columns.of(Short[]::new, RecordingStore::sanitized),
                                    columns.of(Integer[]::new, row -> head(row).redacted())))
                    .mapEmpty();
        }

        /** Fills the late start into locked executions of which only the finish was known. */
        public Future<Void> fillStart(Collection<ExecutionRow> rows) {
            if (rows.isEmpty()) {
                return Future.succeededFuture();
            }
            Columns columns = new Columns(rows);
            return send(
                            FILL_START,
                            tuple(
                                    columns.ids(),
                                    columns.first(),
                                    columns.last(),
                                    columns.of(Short[]::new, row ->
                                            (short) head(row).attempt()),
                                    columns.of(Short[]::new, RecordingStore::truncated),
                                    columns.of(Long[]::new, RecordingStore::heartbeatMillis),
                                    columns.of(UUID[]::new, row -> head(row).parentId()),
                                    columns.of(String[]::new, row -> head(row).trigger()),
                                    columns.of(String[]::new, RecordingStore::labels),
                                    columns.of(
                                            String[]::new, row -> row.detail().payload()),
                                    columns.of(Short[]::new, RecordingStore::sanitized),
                                    columns.of(Integer[]::new, row -> head(row).redacted())))
                    .mapEmpty();
        }

        /** Takes executions that were written before, and did not end well, into the list of such. */
        public Future<Void> listUnsuccessful(Collection<UUID> ids) {
            if (ids.isEmpty()) {
                return Future.succeededFuture();
            }
            UUID[] sorted = ids.stream().sorted(UuidOrder.BY_BYTES).toArray(UUID[]::new);
            return send(LIST_UNSUCCESSFUL, tuple(sorted, sorted[0], sorted[sorted.length - 1]))
                    .mapEmpty();
        }

        /** Takes executions that ended well after all out of the list of others. */
        public Future<Void> unlist(Collection<UUID> ids) {
            return ids.isEmpty()
                    ? Future.succeededFuture()
                    : send(UNLIST, tuple((Object) ids.toArray(UUID[]::new))).mapEmpty();
        }

        /** Moves the heartbeat deadlines of locked executions. */
        public Future<Void> moveDeadlines(Collection<ExecutionRow> rows) {
            if (rows.isEmpty()) {
                return Future.succeededFuture();
            }
            Columns columns = new Columns(rows);
            return send(
                            MOVE_DEADLINE,
                            tuple(
                                    columns.ids(),
                                    columns.first(),
                                    columns.last(),
                                    columns.of(
                                            OffsetDateTime[]::new,
                                            row -> Rows.toOffset(head(row).heartbeatDeadline()))))
                    .mapEmpty();
        }

        /** Writes steps, each of them once; returns those that said something new. */
        public Future<Set<StepKey>> upsertSteps(Collection<Step> steps) {
            if (steps.isEmpty()) {
                return Future.succeededFuture(Set.of());
            }
            List<Step> sorted = steps.stream()
                    .sorted(Comparator.comparing(Step::executionId, UuidOrder.BY_BYTES).thenComparingInt(Step::index))
                    .toList();
            return send(
                            UPSERT_STEPS,
                            tuple(
                                    column(sorted, UUID[]::new, Step::executionId),
                                    column(sorted, Integer[]::new, Step::index),
                                    column(sorted, Short[]::new, step ->
                                            (short) step.status().number()),
                                    column(sorted, String[]::new, Step::name),
                                    column(sorted, String[]::new, Step::kind),
                                    column(sorted, OffsetDateTime[]::new, step -> Rows.toOffset(step.startedAt())),
                                    column(sorted, OffsetDateTime[]::new, step -> Rows.toOffset(step.finishedAt())),
                                    column(sorted, String[]::new, Step::input),
                                    column(sorted, String[]::new, Step::output),
                                    column(sorted, String[]::new, Step::error),
                                    column(sorted, Short[]::new, step -> Rows.toStepBits(step.truncated())),
                                    column(sorted, Short[]::new, step -> Rows.toStepBits(step.sanitized())),
                                    column(sorted, Short[]::new, step -> Rows.toStepBits(step.redacted()))))
                    .map(returned -> {
                        Set<StepKey> changed = new HashSet<>();
                        returned.forEach(row -> changed.add(new StepKey(row.getUUID(0), row.getInteger(1))));
                        return changed;
                    });
        }

        /** Adds to the rollups, those of workflows and then those of all, in one order of rows for all writers. */
        public Future<Void> addDaily(Collection<DailyDelta> deltas) {
            if (deltas.isEmpty()) {
                return Future.succeededFuture();
            }
            send(
                    ADD_DAILY,
                    tuple(
                            column(deltas, Integer[]::new, DailyDelta::ownerId),
                            column(deltas, UUID[]::new, DailyDelta::workflowId),
                            column(deltas, LocalDate[]::new, DailyDelta::day),
                            column(deltas, Integer[]::new, DailyDelta::running),
                            column(deltas, Integer[]::new, DailyDelta::success),
                            column(deltas, Integer[]::new, DailyDelta::failed),
                            column(deltas, Integer[]::new, DailyDelta::cancelled),
                            column(deltas, Integer[]::new, DailyDelta::crashed),
                            column(deltas, Long[]::new, DailyDelta::durationMillis)));
            Collection<DailyDelta> days = DailyDelta.byDay(deltas);
            return send(
                            ADD_DAYS,
                            tuple(
                                    column(days, LocalDate[]::new, DailyDelta::day),
                                    column(days, Long[]::new, day -> (long) day.running()),
                                    column(days, Long[]::new, day -> (long) day.success()),
                                    column(days, Long[]::new, day -> (long) day.failed()),
                                    column(days, Long[]::new, day -> (long) day.cancelled()),
                                    column(days, Long[]::new, day -> (long) day.crashed()),
                                    column(days, Long[]::new, DailyDelta::durationMillis)))
                    .mapEmpty();
        }

        /** Adds to the duration histograms. */
        public Future<Void> addDurations(Collection<DurationDelta> deltas) {
            if (deltas.isEmpty()) {
                return Future.succeededFuture();
            }
            return send(
                            ADD_DURATIONS,
                            tuple(
                                    column(deltas, Integer[]::new, DurationDelta::ownerId),
                                    column(deltas, UUID[]::new, DurationDelta::workflowId),
                                    column(deltas, LocalDate[]::new, DurationDelta::day),
                                    column(deltas, Short[]::new, delta -> (short) delta.bucket()),
                                    column(deltas, Integer[]::new, DurationDelta::count)))
                    .mapEmpty();
        }

        private Future<RowSet<Row>> send(String sql, Tuple parameters) {
            Future<RowSet<Row>> answer = connection.preparedQuery(sql).execute(parameters);
            sent.add(answer);
            return answer;
        }
    }

    /** Rows as the columns of {@code unnest}, sorted by id, so that writers lock in one order. */
    private static final class Columns {
        private final List<ExecutionRow> rows;

        Columns(Collection<ExecutionRow> rows) {
            this.rows = rows.stream()
                    .sorted(Comparator.comparing(row -> head(row).id(), UuidOrder.BY_BYTES))
                    .toList();
        }

        UUID[] ids() {
            return of(UUID[]::new, row -> head(row).id());
        }

        UUID first() {
            return head(rows.get(0)).id();
        }

        UUID last() {
            return head(rows.get(rows.size() - 1)).id();
        }

        <T> T[] of(IntFunction<T[]> array, Function<ExecutionRow, @Nullable T> value) {
            return column(rows, array, value);
        }
    }

    private static <S, T> T[] column(Collection<S> rows, IntFunction<T[]> array, Function<S, @Nullable T> value) {
        T[] column = array.apply(rows.size());
        int at = 0;
        for (S row : rows) {
            column[at++] = value.apply(row);
        }
        return column;
    }

    private static Tuple tuple(Object... values) {
        return Tuple.from(values);
    }

    private static Execution head(ExecutionRow row) {
        return row.stored().head();
    }

    private static Short status(ExecutionRow row) {
        return (short) head(row).status().number();
    }

    private static Long durationMillis(ExecutionRow row) {
        Duration duration = head(row).duration();
        return duration == null ? -1 : duration.toMillis();
    }

    private static @Nullable Long heartbeatMillis(ExecutionRow row) {
        Duration timeout = row.stored().heartbeatTimeout();
        return timeout == null ? null : timeout.toMillis();
    }

    private static @Nullable String labels(ExecutionRow row) {
        Map<String, String> labels = head(row).labels();
        return labels.isEmpty() ? null : new JsonObject(Map.copyOf(labels)).encode();
    }

    private static Short truncated(ExecutionRow row) {
        return Rows.toBits(head(row).truncated());
    }

    private static Short sanitized(ExecutionRow row) {
        return Rows.toBits(head(row).sanitized());
    }

    private static StoredExecution toStored(Row row) {
        Long heartbeatMillis = row.getLong("heartbeat_timeout_millis");
        return new StoredExecution(
                new Execution(
                        row.getUUID("id"),
                        row.getUUID("workflow_id"),
                        row.getString("subject"),
                        ExecutionStatus.ofNumber(row.getShort("status")),
                        row.getString("trigger"),
                        row.getShort("attempt"),
                        row.getUUID("parent_id"),
                        Rows.toLabels(row.getJsonObject("labels")),
                        Rows.toInstant(row.getOffsetDateTime("finished_at")),
                        Rows.toInstant(row.getOffsetDateTime("heartbeat_deadline")),
                        row.getString("error_type"),
                        row.getString("error_message"),
                        row.getString("error_fingerprint"),
                        Rows.toParts(row.getShort("truncated")),
                        Rows.toParts(row.getShort("sanitized")),
                        row.getInteger("redacted"),
                        row.getBoolean("held")),
                row.getInteger("owner_id"),
                row.getBoolean("start_known"),
                heartbeatMillis == null ? null : Duration.ofMillis(heartbeatMillis));
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
