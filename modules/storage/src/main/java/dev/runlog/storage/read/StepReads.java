package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ListSteps.StepPage;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the steps of executions, within an allowance. */
final class StepReads {
    /** The large columns of a step, by the part that they hold, in the order in which {@link #toStep} reads them. */
    private static final Map<StepPart, String> LARGE = new EnumMap<>(Map.of(
            StepPart.INPUT, "input",
            StepPart.OUTPUT, "output",
            StepPart.ERROR_MESSAGE, "error_message",
            StepPart.ERROR_DETAILS, "error_details",
            StepPart.STACK_TRACE, "stack_trace"));

    private static final int TOTAL_COLUMN = 20;

    private final Database database;
    private final Allowance allowance;

    StepReads(Database database, Allowance allowance) {
        this.database = database;
        this.allowance = allowance;
    }

    /** Reads the same page of steps for each of an owner's executions. */
    Future<Map<UUID, StepPage>> list(
            Owner owner, List<UUID> ids, PageRequest page, Set<StepPart> parts, boolean withTotal) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Set<StepPart> large = EnumSet.copyOf(LARGE.keySet());
        large.retainAll(parts);
        return read(owner, ids, page, large, withTotal).compose(found -> {
            List<UUID> empty =
                    ids.stream().filter(id -> !found.steps.containsKey(id)).toList();
            return PageRows.beyondEmpty(page, Set.<UUID>of(), look -> read(owner, empty, look, Set.of(), false)
                            .map(beyond -> beyond.steps.keySet()))
                    .map(beyond -> {
                        Map<UUID, StepPage> pages = new HashMap<>();
                        ids.forEach(id -> {
                            Long total = withTotal ? found.totals.getOrDefault(id, 0L) : null;
                            List<Step> steps = found.steps.get(id);
                            PageEnds ends = new PageEnds(
                                    beyond.previous().contains(id),
                                    beyond.next().contains(id));
                            pages.put(
                                    id,
                                    steps == null
                                            ? new StepPage(List.of(), ends, total)
                                            : PageRows.cut(
                                                    steps,
                                                    page,
                                                    (rows, rowEnds) -> new StepPage(rows, rowEnds, total)));
                        });
                        return pages;
                    });
        });
    }

    /** Reads steps of an owner's executions. */
    Future<List<Step>> load(Owner owner, List<StepId> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        UUID[] executions = ids.stream().map(StepId::executionId).toArray(UUID[]::new);
        Integer[] indexes = ids.stream().map(StepId::index).toArray(Integer[]::new);
        long left = allowance.left();
        Sql sql = new Sql();
        // The LIMITs make PostgreSQL read one partition per step.
        sql.add("SELECT execution_id, bytes, " + columns(LARGE.keySet(), sql.argument(left)))
                .add("\nFROM (SELECT s.*, " + bytes(LARGE.keySet()))
                .add("\nFROM (SELECT DISTINCT execution_id, index FROM unnest(" + sql.argument(executions)
                        + "::uuid[], " + sql.argument(indexes) + "::integer[]) AS i (execution_id, index)) asked")
                .add("\nCROSS JOIN LATERAL (SELECT id FROM execution e WHERE id = asked.execution_id AND "
                        + RowConditions.isWithin(sql, "id", executions) + " AND "
                        + RowConditions.isOwned("e", sql.argument(owner.number())) + " LIMIT 1) e")
                .add("\nCROSS JOIN LATERAL (SELECT * FROM step WHERE execution_id = asked.execution_id"
                        + " AND index = asked.index AND " + RowConditions.isWithin(sql, "execution_id", executions)
                        + " LIMIT 1) s) s")
                .add("\nORDER BY execution_id, index");
        return run(owner, "load-steps", sql, left).map(rows -> Rows.toList(rows, StepReads::toStep));
    }

    private Future<ReadSteps> read(
            Owner owner, List<UUID> ids, PageRequest page, Set<StepPart> parts, boolean withTotal) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(new ReadSteps(Map.of(), Map.of()));
        }
        long left = allowance.left();
        return run(owner, "list-steps", select(owner, ids, page, parts, withTotal, left), left)
                .map(rows -> {
                    Map<UUID, List<Step>> read = new HashMap<>();
                    Map<UUID, Long> totals = new HashMap<>();
                    for (Row row : rows) {
                        UUID execution = row.getUUID(0);
                        if (withTotal) {
                            totals.put(execution, row.getLong(TOTAL_COLUMN));
                        }
                        if (row.getInteger(2) != null) {
                            read.computeIfAbsent(execution, id -> new ArrayList<>())
                                    .add(toStep(row));
                        }
                    }
                    return new ReadSteps(read, totals);
                });
    }

    /** Selects a page of steps of each execution, and one step more; a row without a step if there is none. */
    static Sql select(
            Owner owner, List<UUID> ids, PageRequest page, Set<StepPart> parts, boolean withTotal, long left) {
        UUID[] executions = ids.toArray(UUID[]::new);
        Sql sql = new Sql();
        // For one execution, PostgreSQL opens only its day.
        String steps = "FROM step WHERE "
                + (executions.length == 1
                        ? RowConditions.isOneOf(sql, "execution_id", executions)
                        : "execution_id = p.id AND " + RowConditions.isWithin(sql, "execution_id", executions));
        String total = withTotal ? "(SELECT count(*) " + steps + ")" : "NULL::bigint";
        String order = page.backward() ? "index DESC" : "index";
        sql.add("SELECT of, bytes, " + columns(parts, parts.isEmpty() ? "" : sql.argument(left)) + ", total")
                .add("\nFROM (SELECT p.id AS of, " + total + " AS total, s.*, " + bytes(parts))
                .add("\nFROM execution p\nLEFT JOIN LATERAL (SELECT * " + steps);
        if (page.after() != null) {
            sql.add(" AND index > ").bind((int) page.after().value());
        }
        if (page.before() != null) {
            sql.add(" AND index < ").bind((int) page.before().value());
        }
        sql.add(" ORDER BY " + order + " LIMIT " + sql.argument(page.size() + 1) + ") s ON true")
                .add("\nWHERE " + RowConditions.isOneOf(sql, "p.id", executions) + " AND "
                        + RowConditions.isOwned("p", sql.argument(owner.number())) + ") s")
                .add("\nORDER BY of, " + order);
        return sql;
    }

    /** The columns that {@link #toStep} reads, from the third on; without those parts that exceed the allowance. */
    private static String columns(Set<StepPart> parts, String left) {
        return "index, status, name, parent_index, attempt, kind, started_at, finished_at, error_fingerprint, "
                + "error_type, truncated, sanitized, redacted, "
                + LARGE.entrySet().stream()
                        .map(large -> parts.contains(large.getKey())
                                ? "CASE WHEN bytes <= " + left + " THEN " + large.getValue() + " END"
                                : "NULL::text")
                        .collect(Collectors.joining(", "));
    }

    /** The number of bytes of the parts of all steps {@code s}. */
    private static String bytes(Set<StepPart> parts) {
        return parts.isEmpty()
                ? "0::bigint AS bytes"
                : parts.stream()
                        .map(part -> "coalesce(octet_length(s." + LARGE.get(part) + "), 0)")
                        .collect(Collectors.joining(" + ", "coalesce(sum(", ") OVER (), 0) AS bytes"));
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql, long left) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments(), allowance)
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, 1);
                    return rows;
                });
    }

    /** The steps by execution, without executions that have none on the page, and the total number of steps of each. */
    private record ReadSteps(Map<UUID, List<Step>> steps, Map<UUID, Long> totals) {}

    private static Step toStep(Row row) {
        return Step.builder(row.getUUID(0), row.getInteger(2), row.getString(4), StepStatus.ofNumber(row.getShort(3)))
                .parentIndex(row.getInteger(5))
                .attempt(row.getInteger(6))
                .kind(row.getString(7))
                .startedAt(Rows.toInstant(row.getOffsetDateTime(8)))
                .finishedAt(Rows.toInstant(row.getOffsetDateTime(9)))
                .truncated(Rows.toStepParts(row.getShort(12)))
                .sanitized(Rows.toStepParts(row.getShort(13)))
                .redacted(Rows.toStepParts(row.getShort(14)))
                .input(row.getString(15))
                .output(row.getString(16))
                .error(toError(row), row.getString(10))
                .build();
    }

    private static @Nullable ExecutionError toError(Row row) {
        return row.getString(10) == null
                ? null
                : new ExecutionError(row.getString(17), row.getString(11), row.getString(19), row.getString(18));
    }
}
