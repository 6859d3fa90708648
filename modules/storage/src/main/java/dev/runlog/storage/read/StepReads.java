package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ListSteps.StepPage;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the steps of executions, within an allowance. */
final class StepReads {
    /** The columns of a step within the allowance, for {@link #toStep}. */
    private static final String COLUMNS = """
            index, status, name, parent_index, attempt, kind, started_at, finished_at,
            CASE WHEN bytes <= :left THEN input END, CASE WHEN bytes <= :left THEN output END,
            error_fingerprint, error_type, CASE WHEN bytes <= :left THEN error_message END,
            CASE WHEN bytes <= :left THEN error_details END, CASE WHEN bytes <= :left THEN stack_trace END,
            truncated, sanitized, redacted""";

    private static final String BYTES = """
            coalesce(sum(coalesce(octet_length(s.input), 0) + coalesce(octet_length(s.output), 0)
              + coalesce(octet_length(s.error_message), 0) + coalesce(octet_length(s.error_details), 0)
              + coalesce(octet_length(s.stack_trace), 0)) OVER (), 0) AS bytes""";

    private static final String LIST =
            """
            SELECT of, bytes, :columns, total
            FROM (SELECT p.id AS of, t.total, s.*, :bytes
            FROM execution p
            CROSS JOIN LATERAL (
              SELECT count(*) AS total
              FROM step
              WHERE execution_id = p.id AND execution_id BETWEEN $2 AND $3) t
            LEFT JOIN LATERAL (
              SELECT *
              FROM step
              WHERE execution_id = p.id AND execution_id BETWEEN $2 AND $3 AND index > $4 AND index < $5
              ORDER BY index :order
              LIMIT $6) s ON true
            WHERE p.id = ANY ($1) AND p.id BETWEEN $2 AND $3
              AND p.owner_id = $7) s
            ORDER BY of, index :order
            """.replace(":columns", COLUMNS.replace(":left", "$8")).replace(":bytes", BYTES);

    private static final String LIST_FORWARD = LIST.replace(":order", "ASC");
    private static final String LIST_BACKWARD = LIST.replace(":order", "DESC");

    /** The inner LIMIT makes PostgreSQL read one partition per step. */
    private static final String LOAD =
            """
            SELECT execution_id, bytes, :columns
            FROM (SELECT s.*, :bytes
            FROM (SELECT DISTINCT execution_id, index FROM unnest($1::uuid[], $2::integer[]) AS i (execution_id, index)) asked
            CROSS JOIN LATERAL (
              SELECT id
              FROM execution
              WHERE id = asked.execution_id AND id BETWEEN $3 AND $4
                AND owner_id = $5
              LIMIT 1) e
            CROSS JOIN LATERAL (
              SELECT *
              FROM step
              WHERE execution_id = asked.execution_id AND index = asked.index AND execution_id BETWEEN $3 AND $4
              LIMIT 1) s) s
            ORDER BY execution_id, index
            """.replace(":columns", COLUMNS.replace(":left", "$6")).replace(":bytes", BYTES);

    private final Database database;
    private final Allowance allowance;

    StepReads(Database database, Allowance allowance) {
        this.database = database;
        this.allowance = allowance;
    }

    /** Reads the same page of steps for each of an owner's executions. */
    Future<Map<UUID, StepPage>> list(Owner owner, List<UUID> ids, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return read(owner, ids, page).compose(found -> {
            List<UUID> empty =
                    ids.stream().filter(id -> !found.steps.containsKey(id)).toList();
            return PageRows.beyondEmpty(page, Set.<UUID>of(), look -> read(owner, empty, look)
                            .map(beyond -> beyond.steps.keySet()))
                    .map(beyond -> {
                        Map<UUID, StepPage> pages = new HashMap<>();
                        ids.forEach(id -> {
                            long total = found.totals.getOrDefault(id, 0L);
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
        return database.query(
                        owner.subject(),
                        "load-steps",
                        LOAD,
                        Tuple.of(
                                executions,
                                indexes,
                                UuidOrder.min(executions),
                                UuidOrder.max(executions),
                                owner.number(),
                                left),
                        allowance)
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, 1);
                    return Rows.toList(rows, StepReads::toStep);
                });
    }

    private Future<ReadSteps> read(Owner owner, List<UUID> ids, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(new ReadSteps(Map.of(), Map.of()));
        }
        UUID[] array = ids.toArray(UUID[]::new);
        int after = page.after() == null ? -1 : (int) page.after().value();
        int before =
                page.before() == null ? Integer.MAX_VALUE : (int) page.before().value();
        long left = allowance.left();
        return database.query(
                        owner.subject(),
                        "list-steps",
                        page.backward() ? LIST_BACKWARD : LIST_FORWARD,
                        Tuple.of(
                                array,
                                UuidOrder.min(array),
                                UuidOrder.max(array),
                                after,
                                before,
                                page.size() + 1,
                                owner.number(),
                                left),
                        allowance)
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, 1);
                    Map<UUID, List<Step>> read = new HashMap<>();
                    Map<UUID, Long> totals = new HashMap<>();
                    for (Row row : rows) {
                        UUID execution = row.getUUID(0);
                        totals.put(execution, row.getLong("total"));
                        if (row.getInteger(2) != null) {
                            read.computeIfAbsent(execution, id -> new ArrayList<>())
                                    .add(toStep(row));
                        }
                    }
                    return new ReadSteps(read, totals);
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
                .input(row.getString(10))
                .output(row.getString(11))
                .error(toError(row), row.getString(12))
                .truncated(Rows.toStepParts(row.getShort(17)))
                .sanitized(Rows.toStepParts(row.getShort(18)))
                .redacted(Rows.toStepParts(row.getShort(19)))
                .build();
    }

    private static @Nullable ExecutionError toError(Row row) {
        return row.getString(12) == null
                ? null
                : new ExecutionError(row.getString(14), row.getString(13), row.getString(16), row.getString(15));
    }
}
