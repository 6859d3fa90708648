package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads an owner's executions, and their large parts, by ID; within an allowance. */
final class ExecutionsById {
    /** The columns that {@link #toDetail} reads, in its order. */
    private static final List<ExecutionPart> LARGE = List.of(
            ExecutionPart.PAYLOAD, ExecutionPart.RESULT, ExecutionPart.ERROR_DETAILS, ExecutionPart.STACK_TRACE);

    private final Database database;
    private final Allowance allowance;

    ExecutionsById(Database database, Allowance allowance) {
        this.database = database;
        this.allowance = allowance;
    }

    /** Returns the executions that belong to the owner, with the given large parts. */
    Future<List<Execution>> load(Owner owner, List<UUID> ids, Set<ExecutionPart> parts) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        if (Collections.disjoint(LARGE, parts)) {
            return run(owner, "load-executions", select(ExecutionSelect.HEAD, owner, ids, ""))
                    .map(rows -> Rows.toList(rows, row -> ExecutionRows.toExecution(row, owner)));
        }
        return withParts(
                        owner,
                        "load-executions-with-parts",
                        ExecutionSelect.HEAD,
                        ExecutionSelect.AFTER_HEAD,
                        ids,
                        parts)
                .map(rows -> Rows.toList(rows, row -> ExecutionRows.toBuilder(row, owner)
                        .detail(toDetail(row, ExecutionSelect.AFTER_HEAD))
                        .build()));
    }

    /** Returns the owner's execution with an external ID; null if there is none. */
    Future<@Nullable Execution> find(Owner owner, ExternalId externalId) {
        Sql sql = new Sql();
        sql.add("SELECT " + ExecutionSelect.HEAD + "\nFROM execution e\nWHERE e.id = "
                + RowConditions.idOf(sql, owner, externalId) + "\n  AND "
                + RowConditions.isOwned("e", sql.argument(owner.number())) + "\nORDER BY e.id");
        return run(owner, "find-execution", sql)
                .map(rows -> rows.size() == 0
                        ? null
                        : ExecutionRows.toExecution(rows.iterator().next(), owner));
    }

    /** Reads the given large parts; other parts are null. */
    Future<List<ExecutionDetail>> loadDetails(Owner owner, List<UUID> ids, Set<ExecutionPart> parts) {
        return ids.isEmpty()
                ? Future.succeededFuture(List.of())
                : withParts(owner, "load-details", "e.id", 1, ids, parts)
                        .map(rows -> Rows.toList(rows, row -> toDetail(row, 1)));
    }

    /** Returns the hold reasons; executions without one are missing. */
    Future<Map<UUID, String>> loadHoldReasons(Owner owner, List<UUID> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Sql sql = select("e.id, e.hold_reason", owner, ids, "\n  AND e.held AND e.hold_reason IS NOT NULL");
        return run(owner, "load-hold-reasons", sql).map(rows -> {
            Map<UUID, String> reasons = new HashMap<>();
            rows.forEach(row -> reasons.put(row.getUUID(0), row.getString(1)));
            return reasons;
        });
    }

    private Future<RowSet<Row>> withParts(
            Owner owner, String operation, String columns, int columnCount, List<UUID> ids, Set<ExecutionPart> parts) {
        long left = allowance.left();
        return run(owner, operation, selectWithParts(columns, owner, ids, parts, left))
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, columnCount + LARGE.size());
                    return rows;
                });
    }

    /** Selects columns of an owner's executions. */
    static Sql select(String columns, Owner owner, List<UUID> ids, String conditions) {
        Sql sql = new Sql().add("SELECT " + columns + "\nFROM execution e");
        addWhere(sql, owner, ids);
        return sql.add(conditions + "\nORDER BY e.id");
    }

    /**
     * Selects columns of an owner's executions, then their large parts, then the number of bytes of all of these. If
     * they exceed what is left, PostgreSQL sends none of them.
     */
    static Sql selectWithParts(String columns, Owner owner, List<UUID> ids, Set<ExecutionPart> parts, long left) {
        Sql sql = new Sql();
        String within = "CASE WHEN bytes <= " + sql.argument(left) + " THEN ";
        List<String> large = LARGE.stream()
                .map(part -> parts.contains(part) ? "e." + part.name().toLowerCase(Locale.ROOT) : "NULL::text")
                .toList();
        // PostgreSQL knows the length of a text without reading it.
        String bytes = large.stream()
                .map(column -> "coalesce(octet_length(" + column + "), 0)")
                .collect(Collectors.joining(" + "));
        String selected = large.stream()
                .map(column -> column.startsWith("NULL") ? column : within + column + " END")
                .collect(Collectors.joining(", "));
        sql.add("SELECT " + columns + ", " + selected + ", bytes\nFROM (SELECT *, sum(" + bytes
                + ") OVER () AS bytes\nFROM execution e");
        addWhere(sql, owner, ids);
        return sql.add(") e\nORDER BY e.id");
    }

    private static void addWhere(Sql sql, Owner owner, List<UUID> ids) {
        sql.add("\nWHERE " + RowConditions.isOneOf(sql, "e.id", ids.toArray(UUID[]::new)) + "\n  AND "
                + RowConditions.isOwned("e", sql.argument(owner.number())));
    }

    private static ExecutionDetail toDetail(Row row, int first) {
        return new ExecutionDetail(
                row.getUUID(0),
                row.getString(first),
                row.getString(first + 1),
                row.getString(first + 2),
                row.getString(first + 3));
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments(), allowance);
    }
}
