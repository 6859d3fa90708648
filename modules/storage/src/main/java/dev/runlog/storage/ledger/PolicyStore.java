package dev.runlog.storage.ledger;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.ListRetentionPolicies.PolicyPage;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.pgclient.data.Interval;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads and changes retention policies. */
public final class PolicyStore {
    private static final String COLUMNS = """
            SELECT t.id, t.workflow_id, o.subject, t.statuses, extract(epoch FROM t.keep_for)::bigint AS keep_seconds,
                   t.keep_for_text, t.keep_last, t.from_configuration, t.created_at, t.last_run_at, t.overdue, t.overdue_since,
                   (SELECT c.id FROM cleanup c WHERE c.policy_id = t.id ORDER BY c.id DESC LIMIT 1)
                     AS last_cleanup_id
            """;

    private static final String FROM = "FROM retention_policy t\nLEFT JOIN owner o ON o.id = t.owner_id\n";

    /** Also returns whether the policy changed. */
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
            INSERT INTO retention_policy AS known (id, workflow_id, owner_id, statuses, keep_for, keep_for_text, keep_last)
            SELECT $1, a.workflow_id, a.owner_id, a.statuses, $5, $8, $6
            FROM asked a
            WHERE EXISTS (SELECT FROM old)
              OR (SELECT count(*) FROM retention_policy p WHERE p.owner_id IS NOT DISTINCT FROM a.owner_id) < $7
            ON CONFLICT ON CONSTRAINT retention_policy_target DO UPDATE
            SET keep_for = excluded.keep_for, keep_for_text = excluded.keep_for_text, keep_last = excluded.keep_last,
                from_configuration = false, overdue = NULL, overdue_since = NULL, checked_at = NULL
            RETURNING id, EXISTS (
              SELECT FROM old
              WHERE old.keep_for IS DISTINCT FROM known.keep_for OR old.keep_last IS DISTINCT FROM known.keep_last)
              AS changed
            """;

    /** Does not replace a policy for all owners that a caller has set. */
    private static final String SET_DEFAULT = """
            INSERT INTO retention_policy AS known (id, statuses, keep_for, keep_last, from_configuration)
            VALUES ($1, '{}', $2, $3, true)
            ON CONFLICT ON CONSTRAINT retention_policy_target DO UPDATE
            SET keep_for = excluded.keep_for, keep_for_text = NULL, keep_last = excluded.keep_last
            WHERE known.from_configuration AND (known.keep_for IS DISTINCT FROM excluded.keep_for
                                                OR known.keep_last IS DISTINCT FROM excluded.keep_last)
            RETURNING id
            """;

    /** Cancels open cleanups, because they have the criteria of the policy before its change or deletion. */
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

    private final Database database;
    private final NewestFirst<RetentionPolicy> rows;

    public PolicyStore(Database database) {
        this.database = database;
        this.rows = new NewestFirst<>(database, "policies", COLUMNS, FROM, PolicyStore::toPolicy);
    }

    /**
     * A changed policy.
     *
     * @param ended open cleanups that the change cancelled
     */
    public record Changed(RetentionPolicy policy, List<UUID> ended) {}

    /**
     * Creates a policy, or replaces the one with the same target.
     *
     * @param keepForText {@code keepFor} as it was given
     * @param policiesMax maximum number of policies of an owner; one more fails with {@code BAD_INPUT}
     */
    public Future<Changed> set(
            @Nullable UUID workflowId,
            @Nullable String owner,
            Set<ExecutionStatus> statuses,
            @Nullable Duration keepFor,
            @Nullable String keepForText,
            @Nullable Integer keepLast,
            int policiesMax) {
        Tuple arguments = Tuple.from(Arrays.asList(
                Ids.next(),
                workflowId,
                owner,
                Rows.toNumbers(statuses),
                toInterval(keepFor),
                keepLast,
                policiesMax,
                keepForText));
        return CleanupLedger.registerOwner(database, owner)
                .compose(registered -> database.inTransaction("set-policy", connection -> connection
                        .preparedQuery(SET)
                        .execute(arguments)
                        .compose(rows -> {
                            if (rows.size() == 0) {
                                return Future.failedFuture(RunlogException.badInput("There are already " + policiesMax
                                        + " retention policies of this owner, the limit (retention.policies-max)."));
                            }
                            Row set = rows.iterator().next();
                            UUID id = set.getUUID("id");
                            Future<List<UUID>> ended = set.getBoolean("changed")
                                    ? endCleanups(connection, id)
                                    : Future.succeededFuture(List.of());
                            return ended.compose(cancelled -> connection
                                    .preparedQuery(COLUMNS + FROM + "WHERE t.id = $1")
                                    .execute(Tuple.of(id))
                                    .map(found -> new Changed(
                                            toPolicy(found.iterator().next()), cancelled)));
                        })));
    }

    private static Future<List<UUID>> endCleanups(SqlConnection connection, UUID policyId) {
        return connection
                .preparedQuery(END_CLEANUPS)
                .execute(Tuple.of(policyId))
                .map(rows -> Rows.toList(rows, row -> row.getUUID(0)));
    }

    /**
     * Returns the existing policies among these IDs. With an owner, returns only policies that apply to its executions.
     *
     * @param reader the subject to which the database time is charged
     */
    public Future<List<RetentionPolicy>> load(String reader, @Nullable String owner, List<UUID> ids) {
        return rows.load(reader, sql -> addOwner(sql, owner), ids);
    }

    /** A page of the policies, newest first. */
    public Future<PolicyPage> list(String reader, @Nullable String owner, PageRequest page) {
        return rows.list(reader, sql -> addOwner(sql, owner), page, PolicyPage::new);
    }

    public Future<List<RetentionPolicy>> listAll() {
        return database.query("all-policies", COLUMNS + FROM + "ORDER BY t.id", Tuple.tuple())
                .map(rows -> Rows.toList(rows, PolicyStore::toPolicy));
    }

    /** Deletes a policy. Returns its open cleanups, which are now cancelled. */
    public Future<List<UUID>> delete(UUID id) {
        return database.inTransaction("delete-policy", connection -> connection
                .preparedQuery("DELETE FROM retention_policy WHERE id = $1")
                .execute(Tuple.of(id))
                .compose(done -> endCleanups(connection, id)));
    }

    /** Sets the configured policy, or deletes it if neither is given. */
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
     * Marks the policy as run now and creates its cleanup, if there is one. A concurrent change of the policy waits,
     * then cancels that cleanup. Returns false if any server has run the policy since {@code notSince}, or if its last
     * cleanup is still open.
     */
    public Future<Boolean> run(
            UUID id, Instant now, Instant notSince, @Nullable CleanupCriteria work, String requestedBy) {
        return database.inTransaction("run-policy", connection -> connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(id, now.atOffset(ZoneOffset.UTC), notSince.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.size() > 0)
                .compose(claimed -> claimed && work != null
                        ? CleanupLedger.create(connection, work, requestedBy, id)
                                .map(true)
                        : Future.succeededFuture(claimed)));
    }

    /** Stores the number of overdue executions, and since when. */
    public Future<Void> markOverdue(UUID id, long overdue, @Nullable Instant since) {
        return database.query(
                        "mark-overdue",
                        "UPDATE retention_policy SET overdue = $2, overdue_since = $3, checked_at = now() WHERE id = $1",
                        Tuple.of(id, overdue, since == null ? null : since.atOffset(ZoneOffset.UTC)))
                .mapEmpty();
    }

    private static void addOwner(Sql sql, @Nullable String owner) {
        if (owner != null) {
            String subject = sql.argument(owner);
            sql.add("\n  AND (o.subject = " + subject
                    + " OR t.owner_id IS NULL AND (t.workflow_id IS NULL OR EXISTS (\n"
                    + "    SELECT FROM workflow w JOIN owner of ON of.id = w.owner_id\n"
                    + "    WHERE w.id = t.workflow_id AND of.subject = " + subject + ")))");
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
                Rows.toStatuses(row.getArrayOfShorts("statuses")),
                keepSeconds == null ? null : Duration.ofSeconds(keepSeconds),
                row.getString("keep_for_text"),
                row.getInteger("keep_last"),
                row.getBoolean("from_configuration"),
                row.getOffsetDateTime("created_at").toInstant(),
                Rows.toInstant(row.getOffsetDateTime("last_run_at")),
                row.getUUID("last_cleanup_id"),
                row.getLong("overdue"),
                Rows.toInstant(row.getOffsetDateTime("overdue_since")));
    }
}
