package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ListSteps.StepPage;
import dev.runlog.storage.db.Database;
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

/** Reads the steps of executions, within an allowance. */
final class StepReads {
    private static final String STEPS = """
            SELECT of, total, index, status, name, kind, started_at, finished_at,
                   CASE WHEN bytes <= $8 THEN input END, CASE WHEN bytes <= $8 THEN output END,
                   CASE WHEN bytes <= $8 THEN error END, truncated, sanitized, redacted, bytes
            FROM (SELECT p.id AS of, t.total, s.*, coalesce(sum(coalesce(octet_length(s.input), 0)
                + coalesce(octet_length(s.output), 0) + coalesce(octet_length(s.error), 0)) OVER (), 0) AS bytes
            FROM execution p
            CROSS JOIN LATERAL (
              SELECT count(*) AS total
              FROM step
              WHERE execution_id = p.id AND execution_id BETWEEN $2 AND $3) t
            LEFT JOIN LATERAL (
              SELECT *
              FROM step
              WHERE execution_id = p.id AND execution_id BETWEEN $2 AND $3 AND index > $4 AND index < $5
              ORDER BY index %1$s
              LIMIT $6) s ON true
            WHERE p.id = ANY ($1) AND p.id BETWEEN $2 AND $3
              AND p.owner_id = (SELECT id FROM owner WHERE subject = $7)) s
            ORDER BY of, index %1$s
            """;

    private final Database database;
    private final Allowance allowance;

    StepReads(Database database, Allowance allowance) {
        this.database = database;
        this.allowance = allowance;
    }

    /** Reads the same page of steps for each of an owner's executions. */
    Future<Map<UUID, StepPage>> list(String owner, List<UUID> ids, PageRequest page) {
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

    private Future<ReadSteps> read(String owner, List<UUID> ids, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(new ReadSteps(Map.of(), Map.of()));
        }
        UUID[] array = ids.toArray(UUID[]::new);
        int after = page.after() == null ? -1 : (int) page.after().value();
        int before =
                page.before() == null ? Integer.MAX_VALUE : (int) page.before().value();
        long left = allowance.left();
        return database.query(
                        owner,
                        "list-steps",
                        STEPS.formatted(page.backward() ? "DESC" : "ASC"),
                        Tuple.of(
                                array,
                                UuidOrder.min(array),
                                UuidOrder.max(array),
                                after,
                                before,
                                page.size() + 1,
                                owner,
                                left),
                        allowance)
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, 14);
                    Map<UUID, List<Step>> read = new HashMap<>();
                    Map<UUID, Long> totals = new HashMap<>();
                    for (Row row : rows) {
                        UUID execution = row.getUUID(0);
                        totals.put(execution, row.getLong(1));
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
                .kind(row.getString(5))
                .startedAt(Rows.toInstant(row.getOffsetDateTime(6)))
                .finishedAt(Rows.toInstant(row.getOffsetDateTime(7)))
                .input(row.getString(8))
                .output(row.getString(9))
                .error(row.getString(10))
                .truncated(Rows.toStepParts(row.getShort(11)))
                .sanitized(Rows.toStepParts(row.getShort(12)))
                .redacted(Rows.toStepParts(row.getShort(13)))
                .build();
    }
}
