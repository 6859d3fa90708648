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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads pages of executions. */
final class ExecutionPages {
    private final Database database;
    private final Reach reach;
    private final SliceScan slices;
    private final Allowance allowance;

    ExecutionPages(Database database, Reach reach, SliceScan slices, Allowance allowance) {
        this.database = database;
        this.reach = reach;
        this.slices = slices;
        this.allowance = allowance;
    }

    /** The page of a list without executions. */
    static <E extends ListedExecution> ExecutionPage<E> none(boolean withCount) {
        return new ExecutionPage<>(List.of(), new PageEnds(false, false), withCount ? Count.exactly(0) : null, null);
    }

    Future<ExecutionPage<Execution>> list(Owner owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        return list(owner, query, page, false, withCount, row -> ExecutionRows.toExecution(row, owner));
    }

    Future<ExecutionPage<ExecutionOutline>> listOutlines(
            Owner owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        return list(owner, query, page, true, withCount, row -> ExecutionRows.toOutline(row, owner));
    }

    private <E extends ListedExecution> Future<ExecutionPage<E>> list(
            Owner owner,
            ExecutionQuery query,
            PageRequest page,
            boolean outline,
            boolean withCount,
            Function<Row, E> mapper) {
        Source source = Source.of(query);
        if (source.isScanned()) {
            return scan(owner, source, page, outline, slices.deadline(), mapper);
        }
        boolean counted = withCount && RollupCounts.canCount(query);
        return read(owner, query, page, outline, counted).compose(rows -> {
            Count count = counted ? countOf(rows, page) : null;
            if (rows.size() > 0) {
                return Future.succeededFuture(PageRows.cut(
                        Rows.toList(rows, mapper),
                        page,
                        (executions, ends) -> new ExecutionPage<>(executions, ends, count, null)));
            }
            return PageRows.beyondEmpty(page, false, look -> read(owner, query, look, true, false)
                            .map(found -> found.size() > 0))
                    .map(beyond -> empty(beyond, count));
        });
    }

    private static <E extends ListedExecution> ExecutionPage<E> empty(
            PageRows.Beyond<Boolean> beyond, @Nullable Count count) {
        return new ExecutionPage<>(List.of(), new PageEnds(beyond.previous(), beyond.next()), count, null);
    }

    private Future<RowSet<Row>> read(
            Owner owner, ExecutionQuery query, PageRequest page, boolean outline, boolean counted) {
        String operation = counted ? "list-executions-with-count" : "list-executions";
        return reach.read(owner, query, page, within -> {
            Source source = Source.of(within);
            Sql sql = ExecutionSelect.page(owner, source, page, outline, counted ? query : null);
            return ExecutionSelect.isShort(source)
                    ? database.queryShort(owner.subject(), operation, sql.text(), sql.arguments(), allowance)
                    : run(owner, operation, sql);
        });
    }

    private static @Nullable Count countOf(RowSet<Row> rows, PageRequest page) {
        if (rows.size() > 0) {
            return Count.exactly(rows.iterator().next().getLong(ExecutionSelect.TOTAL));
        }
        return page.after() == null && page.before() == null ? Count.exactly(0) : null;
    }

    /** Reads a page in slices. It ends early at the deadline. */
    private <E extends ListedExecution> Future<ExecutionPage<E>> scan(
            Owner owner, Source source, PageRequest page, boolean outline, long deadline, Function<Row, E> mapper) {
        return slices.page(owner, source, page, outline, deadline).compose(found -> {
            List<E> executions = found.rows().stream().map(mapper).collect(Collectors.toCollection(ArrayList::new));
            if (found.scannedTo() != null) {
                if (page.backward()) {
                    Collections.reverse(executions);
                }
                // Only the end where reading stopped has more: it shows from which cursor to continue.
                PageEnds ends = new PageEnds(page.backward() || page.after() != null, !page.backward());
                return Future.succeededFuture(new ExecutionPage<>(executions, ends, null, found.scannedTo()));
            }
            if (!executions.isEmpty()) {
                return Future.succeededFuture(PageRows.cut(executions, page, ExecutionPage::of));
            }
            return PageRows.beyondEmpty(page, false, look -> slices.page(owner, source, look, true, deadline)
                            .map(beyond -> !beyond.rows().isEmpty() || beyond.scannedTo() != null))
                    .map(beyond -> empty(beyond, null));
        });
    }

    Future<Map<UUID, ExecutionPage<Execution>>> listOf(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        if (Source.of(query, parent).isScanned()) {
            return scanEach(owner, parent, ids, query, page);
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

    /** Reads one page after the other. They share the time. */
    private Future<Map<UUID, ExecutionPage<Execution>>> scanEach(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        Map<UUID, ExecutionPage<Execution>> pages = new HashMap<>();
        long deadline = slices.deadline();
        Future<?> read = Future.succeededFuture();
        for (UUID id : ids) {
            Source source = Source.of(query.ofParent(parent, id));
            read = read.compose(done -> scan(
                            owner,
                            source,
                            page,
                            false,
                            slices.shareOf(deadline, ids.size() - pages.size()),
                            row -> ExecutionRows.toExecution(row, owner))
                    .map(found -> pages.put(id, found)));
        }
        return read.map(done -> pages);
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
                        ExecutionSelect.AFTER_HEAD,
                        (some, within) -> readOf(owner, parent, some, within, page))
                : readOf(owner, parent, ids, query, page).map(rows -> Reach.grouped(rows, ExecutionSelect.AFTER_HEAD));
    }

    private Future<RowSet<Row>> readOf(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        return run(
                owner,
                "list-executions-of-" + Source.table(parent),
                ExecutionSelect.pages(owner, parent, ids, Source.of(query, parent), page));
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments(), allowance);
    }
}
