package dev.runlog.storage.cleanup;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.ListRetentionPolicies.PolicyPage;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.PageRows;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import io.vertx.core.Future;
import io.vertx.pgclient.data.Interval;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Retention policies, and the marks that hold an execution whatever they say. */
public final class PolicyStore {
    private static final String SELECT = """
            SELECT p.id, p.workflow_id, o.subject, p.statuses, extract(epoch FROM p.keep_for)::bigint AS keep_seconds,
                   p.keep_last, p.from_configuration, p.created_at, p.last_run_at, p.overdue, p.overdue_since,
                   (SELECT c.id FROM cleanup c WHERE c.policy_id = p.id ORDER BY c.id DESC LIMIT 1)
                     AS last_cleanup_id
            FROM retention_policy p
            LEFT JOIN owner o ON o.id = p.owner_id
            """;

    private static final String REGISTER_OWNER =
            "INSERT INTO owner (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING";

    /** Tells also whether it says something else than before. */
    private static final String SET = """
            WITH asked AS (
              SELECT $2::uuid AS workflow_id, o.id AS owner_id, $4::smallint[] AS statuses
              FROM (SELECT $3::text AS subject) subject
              LEFT JOIN owner o ON o.subject = subject.subject),
            old AS (
              SELECT p.keep_for, p.keep_last
              FROM retention_policy p
              JOIN asked a ON p.workflow_id IS NOT DISTINCT FROM a.workflow_id
                AND p.owner_id IS NOT DISTINCT FROM a.owner_id AND p.statuses = a.statuses)
            INSERT INTO retention_policy AS known (id, workflow_id, owner_id, statuses, keep_for, keep_last)
            SELECT $1, a.workflow_id, a.owner_id, a.statuses, $5, $6
            FROM asked a
            WHERE EXISTS (SELECT FROM old)
              OR (SELECT count(*) FROM retention_policy p WHERE p.owner_id IS NOT DISTINCT FROM a.owner_id) < $7
            ON CONFLICT ON CONSTRAINT retention_policy_target DO UPDATE
            SET keep_for = excluded.keep_for, keep_last = excluded.keep_last, from_configuration = false,
                overdue = NULL, overdue_since = NULL, checked_at = NULL
            RETURNING id, EXISTS (
              SELECT FROM old
              WHERE old.keep_for IS DISTINCT FROM known.keep_for OR old.keep_last IS DISTINCT FROM known.keep_last)
              AS changed
            """;

    /** A policy for all owners that somebody has set goes before the one of the configuration. */
    private static final String SET_DEFAULT = """
            INSERT INTO retention_policy AS known (id, statuses, keep_for, keep_last, from_configuration)
            VALUES ($1, '{}', $2, $3, true)
            ON CONFLICT ON CONSTRAINT retention_policy_target DO UPDATE
            SET keep_for = excluded.keep_for, keep_last = excluded.keep_last
            WHERE known.from_configuration AND (known.keep_for IS DISTINCT FROM excluded.keep_for
                                                OR known.keep_last IS DISTINCT FROM excluded.keep_last)
            RETURNING id
            """;

    /** Its criteria are what the policy has said, and it says something else now or nothing any more. */
    private static final String END_CLEANUPS = """
            UPDATE cleanup
            SET state = 4, finished_at = now()
            WHERE policy_id = $1 AND state IN (1, 2)
            RETURNING id
            """;

    private static final String CLAIM = """
            UPDATE retention_policy p
            SET last_run_at = $2
            WHERE p.id = $1 AND (p.last_run_at IS NULL OR p.last_run_at <= $3)
              AND NOT EXISTS (SELECT FROM cleanup c WHERE c.policy_id = p.id AND c.state IN (1, 2))
            RETURNING p.id
            """;

    private static final String HOLD = """
            UPDATE execution e
            SET held = $3, hold_reason = CASE WHEN $3 THEN $4 END
            WHERE e.id = $1 AND e.id BETWEEN $1 AND $1
              AND ($2::text IS NULL OR e.owner_id = (SELECT id FROM owner WHERE subject = $2))
            RETURNING (SELECT o.subject FROM owner o WHERE o.id = e.owner_id), e.owner_id
            """;

    private static final String HOLD_IN_LIST = "UPDATE unsuccessful_execution SET held = $2 WHERE id = $1";

    /** Inserts nothing if the owner has too many. */
    private static final String NOTE_HELD = """
            INSERT INTO held_execution (execution_id, owner_id)
            SELECT $1, $2
            WHERE EXISTS (SELECT FROM held_execution WHERE execution_id = $1)
              OR (SELECT count(*) FROM held_execution WHERE owner_id = $2) < $3
            ON CONFLICT (execution_id) DO UPDATE SET owner_id = excluded.owner_id
            """;

    private static final String NOTE_RELEASED = "DELETE FROM held_execution WHERE execution_id = $1";

    private final Database database;

    public PolicyStore(Database database) {
        this.database = database;
    }

    /**
     * A policy as it stands now.
     *
     * @param ended the cleanups of what it said before that were under way
     */
    public record Changed(RetentionPolicy policy, List<UUID> ended) {}

    /**
     * Makes a policy or replaces the one of the same target.
     *
     * @param policiesMax how many policies an owner may have; one more fails with {@code BAD_INPUT}
     */
    public Future<Changed> set(
            @Nullable UUID workflowId,
            @Nullable String owner,
            Set<ExecutionStatus> statuses,
            @Nullable Duration keepFor,
            @Nullable Integer keepLast,
            int policiesMax) {
        Future<?> registered = owner == null
                ? Future.succeededFuture()
                : database.query("register-owner", REGISTER_OWNER, Tuple.of(owner));
        Tuple asked = Tuple.of(
                Ids.next(),
                workflowId,
                owner,
                CleanupStore.numbers(statuses),
                toInterval(keepFor),
                keepLast,
                policiesMax);
        return registered
                .compose(done -> database.inTransaction("set-policy", connection -> connection
                        .preparedQuery(SET)
                        .execute(asked)
                        .compose(rows -> rows.size() > 0
                                ? Future.succeededFuture(rows.iterator().next())
                                : Future.failedFuture(RunlogException.badInput("There are already " + policiesMax
                                        + " retention policies of this owner, the limit (retention.policies-max).")))
                        .compose(set -> (set.getBoolean("changed")
                                        ? endCleanups(connection, set.getUUID("id"))
                                        : Future.succeededFuture(List.<UUID>of()))
                                .map(ended -> Map.entry(set.getUUID("id"), ended)))))
                .compose(set -> load(Database.RUNLOG, null, List.of(set.getKey()))
                        .map(policies -> new Changed(policies.get(0), set.getValue())));
    }

    private static Future<List<UUID>> endCleanups(SqlConnection connection, UUID policyId) {
        return connection
                .preparedQuery(END_CLEANUPS)
                .execute(Tuple.of(policyId))
                .map(rows -> Rows.toList(rows, row -> row.getUUID(0)));
    }

    /** Those of the policies that exist and, where an owner is given, bear on the owner's executions. */
    public Future<List<RetentionPolicy>> load(String reader, @Nullable String owner, List<UUID> ids) {
        Sql sql = new Sql()
                .add(SELECT)
                .add("WHERE p.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")");
        addOwner(sql, owner);
        sql.add("\nORDER BY p.id");
        return database.query(reader, "load-policies", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, PolicyStore::toPolicy));
    }

    /** A page of the policies, newest first. */
    public Future<PolicyPage> list(String reader, @Nullable String owner, PageRequest page) {
        Sql count = new Sql()
                .add(
                        "SELECT count(*) AS rows FROM retention_policy p LEFT JOIN owner o ON o.id = p.owner_id WHERE true");
        addOwner(count, owner);
        return Future.all(
                        read(reader, owner, page),
                        database.query(reader, "count-policies", count.text(), count.arguments())
                                .map(rows -> rows.iterator().next().getLong("rows")))
                .compose(both -> {
                    List<RetentionPolicy> policies = both.resultAt(0);
                    long total = both.<Long>resultAt(1);
                    return policies.isEmpty()
                            ? PageRows.beyondEmpty(page, false, look -> read(reader, owner, look)
                                            .map(found -> !found.isEmpty()))
                                    .map(beyond -> new PolicyPage(
                                            policies, new PageEnds(beyond.previous(), beyond.next()), total))
                            : Future.succeededFuture(
                                    PageRows.cut(policies, page, (some, ends) -> new PolicyPage(some, ends, total)));
                });
    }

    private Future<List<RetentionPolicy>> read(String reader, @Nullable String owner, PageRequest page) {
        Sql sql = new Sql().add(SELECT).add("WHERE true");
        addOwner(sql, owner);
        if (page.after() != null) {
            sql.add(" AND p.id < ").bind(page.after().id());
        }
        if (page.before() != null) {
            sql.add(" AND p.id > ").bind(page.before().id());
        }
        sql.add("\nORDER BY p.id " + (page.backward() ? "ASC" : "DESC") + "\nLIMIT ")
                .bind(page.size() + 1);
        return database.query(reader, "list-policies", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, PolicyStore::toPolicy));
    }

    /** All of them. */
    public Future<List<RetentionPolicy>> all() {
        return database.query("all-policies", SELECT + "ORDER BY p.id", Tuple.tuple())
                .map(rows -> Rows.toList(rows, PolicyStore::toPolicy));
    }

    /** Takes a policy away; returns the cleanups of it that were under way and end with it. */
    public Future<List<UUID>> delete(UUID id) {
        return database.inTransaction("delete-policy", connection -> connection
                .preparedQuery("DELETE FROM retention_policy WHERE id = $1")
                .execute(Tuple.of(id))
                .compose(done -> endCleanups(connection, id)));
    }

    /** Sets the policy of the configuration, or takes it away where it says neither. */
    public Future<Void> setDefault(@Nullable Duration keepFor, @Nullable Integer keepLast) {
        return database.inTransaction("set-default-policy", connection -> (keepFor == null && keepLast == null
                        ? connection
                                .preparedQuery("DELETE FROM retention_policy WHERE from_configuration RETURNING id")
                                .execute()
                        : connection
                                .preparedQuery(SET_DEFAULT)
                                .execute(Tuple.of(Ids.next(), toInterval(keepFor), keepLast)))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(List.<UUID>of())
                        : endCleanups(connection, rows.iterator().next().getUUID(0)))
                .<Void>mapEmpty());
    }

    /**
     * Marks that it runs now and, where there is something to do, enters its cleanup; whoever changes the policy
     * meanwhile waits, and ends it. False where it has run since the moment, on whatever server, or is at work still.
     */
    public Future<Boolean> run(
            UUID id, Instant now, Instant notSince, @Nullable CleanupCriteria work, String requestedBy) {
        return database.inTransaction("run-policy", connection -> connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(id, now.atOffset(ZoneOffset.UTC), notSince.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.size() > 0)
                .compose(mine -> mine && work != null
                        ? CleanupStore.create(connection, work, requestedBy, id).map(true)
                        : Future.succeededFuture(mine)));
    }

    /** Marks how far behind it is. */
    public Future<Void> markOverdue(UUID id, long overdue, @Nullable Instant since) {
        return database.query(
                        "mark-overdue",
                        "UPDATE retention_policy SET overdue = $2, overdue_since = $3, checked_at = now() WHERE id = $1",
                        Tuple.of(id, overdue, since == null ? null : since.atOffset(ZoneOffset.UTC)))
                .mapEmpty();
    }

    /**
     * Holds an execution or lets it go, and tells whose it is; empty where there is none of that id or, where an owner is
     * given, it is another's.
     *
     * @param holdsMax how many executions of one owner may be held; one more fails with {@code BAD_INPUT}
     */
    public Future<Optional<String>> hold(
            @Nullable String owner, UUID executionId, boolean held, @Nullable String reason, int holdsMax) {
        // Two statements: the second sees what a change that the first waited for has noted.
        return database.inTransaction("hold-execution", connection -> connection
                .preparedQuery(HOLD)
                .execute(Tuple.of(executionId, owner, held, reason))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(Optional.<String>empty())
                        : connection
                                .preparedQuery(HOLD_IN_LIST)
                                .execute(Tuple.of(executionId, held))
                                .compose(done -> held
                                        ? noteHeld(
                                                connection,
                                                executionId,
                                                rows.iterator().next().getInteger("owner_id"),
                                                holdsMax)
                                        : connection
                                                .preparedQuery(NOTE_RELEASED)
                                                .execute(Tuple.of(executionId))
                                                .<Void>mapEmpty())
                                .map(Optional.of(rows.iterator().next().getString(0)))));
    }

    private static Future<Void> noteHeld(SqlConnection connection, UUID executionId, int ownerId, int holdsMax) {
        return connection
                .preparedQuery(NOTE_HELD)
                .execute(Tuple.of(executionId, ownerId, holdsMax))
                .compose(noted -> noted.rowCount() > 0
                        ? Future.<Void>succeededFuture()
                        : Future.failedFuture(RunlogException.badInput("There are already " + holdsMax
                                + " held executions of this owner, the limit (retention.holds-max).")));
    }

    private static void addOwner(Sql sql, @Nullable String owner) {
        if (owner != null) {
            String subject = sql.argument(owner);
            sql.add("\n  AND (o.subject = " + subject
                    + " OR p.owner_id IS NULL AND (p.workflow_id IS NULL OR EXISTS (\n"
                    + "    SELECT FROM workflow w JOIN owner of ON of.id = w.owner_id\n"
                    + "    WHERE w.id = p.workflow_id AND of.subject = " + subject + ")))");
        }
    }

    private static @Nullable Interval toInterval(@Nullable Duration time) {
        return time == null ? null : Interval.of().seconds(Math.toIntExact(time.toSeconds()));
    }

    private static RetentionPolicy toPolicy(Row row) {
        Long keepSeconds = row.getLong("keep_seconds");
        return new RetentionPolicy(
                row.getUUID("id"),
                row.getUUID("workflow_id"),
                row.getString("subject"),
                CleanupStore.toStatuses(row.getArrayOfShorts("statuses")),
                keepSeconds == null ? null : Duration.ofSeconds(keepSeconds),
                row.getInteger("keep_last"),
                row.getBoolean("from_configuration"),
                row.getOffsetDateTime("created_at").toInstant(),
                Rows.toInstant(row.getOffsetDateTime("last_run_at")),
                row.getUUID("last_cleanup_id"),
                row.getLong("overdue"),
                Rows.toInstant(row.getOffsetDateTime("overdue_since")));
    }
}
