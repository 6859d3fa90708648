package dev.runlog.storage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.ListRetentionPolicies.PolicyPage;
import dev.runlog.contract.retention.RetentionPolicy;
import io.vertx.core.Future;
import io.vertx.pgclient.data.Interval;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Retention policies, and the marks that hold an execution whatever they say. */
public final class PolicyStore {
    private static final String SELECT = """
            SELECT p.id, p.workflow_id, o.subject, p.statuses, extract(epoch FROM p.keep_for)::bigint AS keep_seconds,
                   p.created_at, p.last_run_at
            FROM retention_policy p
            LEFT JOIN owner o ON o.id = p.owner_id
            """;

    private static final String REGISTER_OWNER =
            "INSERT INTO owner (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING";

    private static final String SET = """
            INSERT INTO retention_policy (id, workflow_id, owner_id, statuses, keep_for)
            SELECT $1, $2, o.id, $4, $5
            FROM (SELECT $3::text AS subject) asked
            LEFT JOIN owner o ON o.subject = asked.subject
            ON CONFLICT ON CONSTRAINT retention_policy_target DO UPDATE SET keep_for = excluded.keep_for
            RETURNING id
            """;

    private static final String HOLD = """
            UPDATE execution
            SET held = $3, hold_reason = CASE WHEN $3 THEN $4 END
            WHERE id = $1 AND id BETWEEN $1 AND $1 AND owner_id = (SELECT id FROM owner WHERE subject = $2)
            """;

    private final Database database;

    public PolicyStore(Database database) {
        this.database = database;
    }

    /** Makes a policy or replaces the one of the same target. */
    public Future<RetentionPolicy> set(
            @Nullable UUID workflowId, @Nullable String owner, Set<ExecutionStatus> statuses, Duration keepFor) {
        Future<?> registered = owner == null
                ? Future.succeededFuture()
                : database.query("register-owner", REGISTER_OWNER, Tuple.of(owner));
        return registered
                .compose(done -> database.query(
                        "set-policy",
                        SET,
                        Tuple.of(
                                Ids.next(),
                                workflowId,
                                owner,
                                CleanupStore.numbers(statuses),
                                Interval.of().seconds(Math.toIntExact(keepFor.toSeconds())))))
                .map(rows -> rows.iterator().next().getUUID(0))
                .compose(id -> load(null, List.of(id)))
                .map(policies -> policies.get(0));
    }

    /** Those of the policies that exist and, where an owner is given, bear on the owner's executions. */
    public Future<List<RetentionPolicy>> load(@Nullable String owner, List<UUID> ids) {
        Sql sql = new Sql()
                .add(SELECT)
                .add("WHERE p.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")");
        addOwner(sql, owner);
        sql.add("\nORDER BY p.id");
        return database.query("load-policies", sql.text(), sql.arguments())
                .map(rows -> ExecutionReads.all(rows, PolicyStore::toPolicy));
    }

    /** A page of the policies, newest first. */
    public Future<PolicyPage> list(@Nullable String owner, PageRequest page) {
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
        Sql count = new Sql()
                .add(
                        "SELECT count(*) AS rows FROM retention_policy p LEFT JOIN owner o ON o.id = p.owner_id WHERE true");
        addOwner(count, owner);
        return Future.all(
                        database.query("list-policies", sql.text(), sql.arguments())
                                .map(rows -> ExecutionReads.all(rows, PolicyStore::toPolicy)),
                        database.query("count-policies", count.text(), count.arguments())
                                .map(rows -> rows.iterator().next().getLong("rows")))
                .map(both -> Pages.cut(
                        both.<List<RetentionPolicy>>resultAt(0),
                        page,
                        (policies, ends) -> new PolicyPage(policies, ends, both.<Long>resultAt(1))));
    }

    /** All of them. */
    public Future<List<RetentionPolicy>> all() {
        return database.query("all-policies", SELECT + "ORDER BY p.id", Tuple.tuple())
                .map(rows -> ExecutionReads.all(rows, PolicyStore::toPolicy));
    }

    /** Takes a policy away. */
    public Future<Void> delete(UUID id) {
        return database.query("delete-policy", "DELETE FROM retention_policy WHERE id = $1", Tuple.of(id))
                .mapEmpty();
    }

    /** Marks that it ran now. */
    public Future<Void> markRun(UUID id) {
        return database.query(
                        "mark-policy", "UPDATE retention_policy SET last_run_at = now() WHERE id = $1", Tuple.of(id))
                .mapEmpty();
    }

    /** Holds an owner's execution or lets it go; empty where the owner has none of that id. */
    public Future<Optional<UUID>> hold(String owner, UUID executionId, boolean held, @Nullable String reason) {
        return database.query("hold-execution", HOLD, Tuple.of(executionId, owner, held, reason))
                .map(rows -> rows.rowCount() == 0 ? Optional.empty() : Optional.of(executionId));
    }

    private static void addOwner(Sql sql, @Nullable String owner) {
        if (owner != null) {
            sql.add(" AND (p.owner_id IS NULL OR o.subject = ").bind(owner).add(")");
        }
    }

    private static RetentionPolicy toPolicy(Row row) {
        return new RetentionPolicy(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(2),
                CleanupStore.toStatuses(row.getArrayOfShorts(3)),
                Duration.ofSeconds(row.getLong(4)),
                row.getOffsetDateTime(5).toInstant(),
                ExecutionRows.toInstant(row.getOffsetDateTime(6)));
    }
}
