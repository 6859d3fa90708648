package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads pages of executions. */
final class ExecutionPages {
    private final Database database;
    private final Reach reach;
    private final Allowance allowance;

    ExecutionPages(Database database, Reach reach, Allowance allowance) {
        this.database = database;
        this.reach = reach;
        this.allowance = allowance;
    }

    /** The page of a list without executions. */
    static <E extends ListedExecution> ExecutionPage<E> none(boolean withCount) {
        return new ExecutionPage<>(List.of(), new PageEnds(false, false), withCount ? Count.exactly(0) : null, null);
    }

    Future<ExecutionPage<Execution>> list(Owner owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        boolean counted = withCount && RollupCounts.canCount(query);
        return read(owner, query, page, false, counted)
                .compose(rows ->
                        toPage(owner, query, page, counted, rows, row -> ExecutionRows.toExecution(row, owner)));
    }

    Future<ExecutionPage<ExecutionOutline>> listOutlines(
            Owner owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        boolean counted = withCount && RollupCounts.canCount(query);
        return read(owner, query, page, true, counted)
                .compose(rows -> toPage(owner, query, page, counted, rows, row -> ExecutionRows.toOutline(row, owner)));
    }

    private <E extends ListedExecution> Future<ExecutionPage<E>> toPage(
            Owner owner,
            ExecutionQuery query,
            PageRequest page,
            boolean counted,
            RowSet<Row> rows,
            Function<Row, E> mapper) {
        Count count = counted ? countOf(rows, page) : null;
        if (rows.size() > 0) {
            return Future.succeededFuture(PageRows.cut(
                    Rows.toList(rows, mapper),
                    page,
                    (executions, ends) -> new ExecutionPage<>(executions, ends, count, null)));
        }
        return PageRows.beyondEmpty(page, false, look -> read(owner, query, look, true, false)
                        .map(found -> found.size() > 0))
                .map(beyond -> new ExecutionPage<>(List.of(), new PageEnds(beyond.previous(), beyond.next()), count, null));
    }

    private Future<RowSet<Row>> read(
            Owner owner,
            ExecutionQuery query,
            PageRequest page,
            boolean outline,
            boolean counted) {
        String operation = counted ? "list-executions-with-count" : "list-executions";
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

    Future<Map<UUID, ExecutionPage<Execution>>> listOf(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
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
                                                        .map(row -> ExecutionRows.toExecution(row, owner))
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
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
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
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        return run(
                owner,
                "list-executions-of-" + ExecutionSelect.table(parent),
                ExecutionSelect.pages(owner, parent, ids, query, page));
    }

    private Future<RowSet<Row>> runPage(Owner owner, String operation, ExecutionQuery query, Sql sql) {
        return ExecutionSelect.isShort(query)
                ? database.queryShort(owner.subject(), operation, sql.text(), sql.arguments(), allowance)
                : run(owner, operation, sql);
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments(), allowance);
    }
}
