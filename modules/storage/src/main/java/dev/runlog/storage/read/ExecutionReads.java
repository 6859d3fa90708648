package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.ListSteps.StepPage;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads executions and their steps for viewers. */
public final class ExecutionReads {
    private static final String HOLD_REASONS = """
            SELECT id, hold_reason
            FROM execution
            WHERE id = ANY ($1) AND id BETWEEN $2 AND $3 AND owner_id = (SELECT id FROM owner WHERE subject = $4)
              AND held AND hold_reason IS NOT NULL
            ORDER BY id
            """;

    private final Database database;
    private final Reach reach;
    private final Allowance allowance;
    private final StepReads steps;

    public ExecutionReads(Database database, Clock clock) {
        this(database, new Reach(clock), Allowance.UNLIMITED);
    }

    private ExecutionReads(Database database, Reach reach, Allowance allowance) {
        this.database = database;
        this.reach = reach;
        this.allowance = allowance;
        this.steps = new StepReads(database, allowance);
    }

    /** Returns reads for a response with an allowance; each row is taken from it. */
    public ExecutionReads within(Allowance given) {
        return new ExecutionReads(database, reach, given);
    }

    /**
     * Reads a page of an owner's executions. If a range is given, the same statement returns the count of its rollups;
     * only an empty page after a cursor has no count.
     */
    public Future<ExecutionPage<Execution>> list(
            String owner, ExecutionQuery query, PageRequest page, StatisticsReads.@Nullable Range counted) {
        return read(owner, query, page, false, counted)
                .compose(rows -> toPage(owner, query, page, counted, rows, ExecutionRows::toExecution));
    }

    /** Reads the same page as outlines. */
    public Future<ExecutionPage<ExecutionOutline>> listOutlines(
            String owner, ExecutionQuery query, PageRequest page, StatisticsReads.@Nullable Range counted) {
        return read(owner, query, page, true, counted)
                .compose(rows -> toPage(owner, query, page, counted, rows, row -> ExecutionRows.toOutline(row, owner)));
    }

    private <E extends ListedExecution> Future<ExecutionPage<E>> toPage(
            String owner,
            ExecutionQuery query,
            PageRequest page,
            StatisticsReads.@Nullable Range counted,
            RowSet<Row> rows,
            Function<Row, E> mapper) {
        Count count = counted == null ? null : countOf(rows, page);
        if (rows.size() > 0) {
            return Future.succeededFuture(PageRows.cut(
                    Rows.toList(rows, mapper),
                    page,
                    (executions, ends) -> new ExecutionPage<>(executions, ends, count, null)));
        }
        return PageRows.beyondEmpty(page, false, look -> read(owner, query, look, true, null)
                        .map(found -> found.size() > 0))
                .map(beyond -> new ExecutionPage<>(List.of(), new PageEnds(beyond.previous(), beyond.next()), count, null));
    }

    private Future<RowSet<Row>> read(
            String owner,
            ExecutionQuery query,
            PageRequest page,
            boolean outline,
            StatisticsReads.@Nullable Range counted) {
        String operation = counted == null ? "list-executions" : "list-executions-with-count";
        return reach.read(
                owner,
                query,
                page,
                within ->
                        runPage(owner, operation, query, ExecutionSelect.page(owner, within, page, outline, counted)));
    }

    private static @Nullable Count countOf(RowSet<Row> rows, PageRequest page) {
        if (rows.size() > 0) {
            return Count.exactly(rows.iterator().next().getLong(ExecutionSelect.TOTAL));
        }
        return page.after() == null && page.before() == null ? Count.exactly(0) : null;
    }

    /** Reads the same page for each of an owner's workflows or parent executions. */
    public Future<Map<UUID, ExecutionPage<Execution>>> listOf(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return readEach(owner, parent, ids, query, page).compose(found -> {
            List<UUID> empty = ids.stream().filter(id -> !found.containsKey(id)).toList();
            return PageRows.beyondEmpty(page, Set.<UUID>of(), look -> readEach(owner, parent, empty, query, look)
                            .map(Map::keySet))
                    .map(beyond -> {
                        Map<UUID, ExecutionPage<Execution>> pages = new HashMap<>();
                        ids.forEach(id -> pages.put(
                                id,
                                found.containsKey(id)
                                        ? PageRows.cut(
                                                found.get(id).stream()
                                                        .map(ExecutionRows::toExecution)
                                                        .toList(),
                                                page,
                                                ExecutionPage::of)
                                        : ExecutionPage.of(
                                                List.of(),
                                                new PageEnds(
                                                        beyond.previous().contains(id),
                                                        beyond.next().contains(id)))));
                        return pages;
                    });
        });
    }

    /** Returns the rows by parent; parents without rows are missing. */
    private Future<Map<UUID, List<Row>>> readEach(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        // Children start near their parent, which may be old, and their index is small: no limit on the days.
        return parent == Parent.WORKFLOW
                ? reach.readEach(
                        ids,
                        query,
                        page,
                        ExecutionRows.PARENT_COLUMN,
                        (some, within) -> readOf(owner, parent, some, within, page))
                : readOf(owner, parent, ids, query, page).map(rows -> Reach.grouped(rows, ExecutionRows.PARENT_COLUMN));
    }

    private Future<RowSet<Row>> readOf(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        return run(
                owner,
                "list-executions-of-" + table(parent),
                ExecutionSelect.pages(owner, table(parent), root(parent), array(ids), query, page));
    }

    /** Counts the executions of a query row by row, up to a limit. */
    public Future<Count> count(String owner, ExecutionQuery query, int rowsMax) {
        return run(owner, "count-executions", ExecutionSelect.count(owner, query, rowsMax))
                .map(rows -> bounded(rows.iterator().next().getLong("rows"), rowsMax));
    }

    /** The same count for each of an owner's workflows or parent executions. */
    public Future<Map<UUID, Count>> countOf(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return run(
                        owner,
                        "count-executions-of-" + table(parent),
                        ExecutionSelect.counts(owner, table(parent), root(parent), array(ids), query, rowsMax))
                .map(rows -> {
                    Map<UUID, Count> counts = new HashMap<>();
                    ids.forEach(id -> counts.put(id, Count.exactly(0)));
                    rows.forEach(row -> counts.put(row.getUUID("of"), bounded(row.getLong("rows"), rowsMax)));
                    return counts;
                });
    }

    /** Returns the executions that belong to the owner. */
    public Future<List<Execution>> load(String owner, List<UUID> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return run(owner, "load-executions", ExecutionSelect.byIds(owner, array(ids)))
                .map(rows -> Rows.toList(rows, ExecutionRows::toExecution));
    }

    /** Returns the owner's execution with an external ID; null if there is none. */
    public Future<@Nullable Execution> find(String owner, ExternalId externalId) {
        return run(owner, "find-execution", ExecutionSelect.byExternalId(owner, externalId))
                .map(rows -> rows.size() == 0
                        ? null
                        : ExecutionRows.toExecution(rows.iterator().next()));
    }

    /** Reads the given large parts of an owner's executions; other parts are null. */
    public Future<List<ExecutionDetail>> loadDetails(String owner, List<UUID> ids, Set<ExecutionPart> parts) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        UUID[] array = array(ids);
        List<String> columns = Stream.of(
                        ExecutionPart.PAYLOAD,
                        ExecutionPart.RESULT,
                        ExecutionPart.ERROR_DETAILS,
                        ExecutionPart.STACK_TRACE)
                .map(part -> parts.contains(part) ? part.name().toLowerCase(Locale.ROOT) : "NULL::text")
                .toList();
        String within = columns.stream()
                .map(column -> column.startsWith("NULL") ? column : "CASE WHEN bytes <= $5 THEN " + column + " END")
                .collect(Collectors.joining(", "));
        // PostgreSQL knows the length of a text without reading it.
        String bytes = columns.stream()
                .map(column -> "coalesce(octet_length(" + column + "), 0)")
                .collect(Collectors.joining(" + "));
        String sql = "SELECT id, " + within + ", bytes\nFROM (SELECT *, sum(" + bytes
                + ") OVER () AS bytes\n  FROM execution\n  WHERE id = ANY ($1) AND id BETWEEN $2 AND $3"
                + "\n    AND owner_id = (SELECT id FROM owner WHERE subject = $4)) e\nORDER BY id";
        long left = allowance.left();
        return database.query(
                        owner,
                        "load-details",
                        sql,
                        Tuple.of(array, UuidOrder.min(array), UuidOrder.max(array), owner, left),
                        allowance)
                .map(rows -> {
                    ExecutionRows.requireWithin(allowance, left, rows, 5);
                    return Rows.toList(
                            rows,
                            row -> new ExecutionDetail(
                                    row.getUUID(0),
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4)));
                });
    }

    /** Returns the hold reasons of an owner's executions; executions without one are missing. */
    public Future<Map<UUID, String>> loadHoldReasons(String owner, List<UUID> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        UUID[] array = array(ids);
        return database.query(
                        owner,
                        "load-hold-reasons",
                        HOLD_REASONS,
                        Tuple.of(array, UuidOrder.min(array), UuidOrder.max(array), owner),
                        allowance)
                .map(rows -> {
                    Map<UUID, String> reasons = new HashMap<>();
                    rows.forEach(row -> reasons.put(row.getUUID(0), row.getString(1)));
                    return reasons;
                });
    }

    /** Reads the same page of steps for each of an owner's executions. */
    public Future<Map<UUID, StepPage>> listSteps(String owner, List<UUID> ids, PageRequest page) {
        return steps.list(owner, ids, page);
    }

    /** Reads steps of an owner's executions. */
    public Future<List<Step>> loadSteps(String owner, List<StepId> ids) {
        return steps.load(owner, ids);
    }

    private Future<RowSet<Row>> runPage(String reader, String operation, ExecutionQuery query, Sql sql) {
        return ExecutionSelect.isShort(query)
                ? database.queryShort(reader, operation, sql.text(), sql.arguments(), allowance)
                : run(reader, operation, sql);
    }

    private Future<RowSet<Row>> run(String reader, String operation, Sql sql) {
        return database.query(reader, operation, sql.text(), sql.arguments(), allowance);
    }

    private static String table(Parent parent) {
        return parent == Parent.WORKFLOW ? "workflow" : "execution";
    }

    /** A child or a retry belongs to an execution only if both have the same owner. */
    private static String root(Parent parent) {
        return switch (parent) {
            case WORKFLOW -> "e.workflow_id = p.id";
            case EXECUTION -> "e.parent_id = p.id AND e.owner_id = p.owner_id";
            case RETRIED ->
                "e.id = ANY (ARRAY(SELECT r.retry_id FROM execution_retry r"
                        + " WHERE r.retry_of = p.id AND r.owner_id = p.owner_id)) AND e.owner_id = p.owner_id";
        };
    }

    private static Count bounded(long rows, int rowsMax) {
        return rows > rowsMax ? Count.atLeast(rowsMax) : Count.exactly(rows);
    }

    private static UUID[] array(List<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }
}
