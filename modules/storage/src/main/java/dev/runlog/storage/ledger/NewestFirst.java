package dev.runlog.storage.ledger;

import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads a small table by ID or in pages, newest first.
 *
 * @param name the name of the rows in metrics
 * @param columns the SELECT clause
 * @param from the FROM clause, in which {@code t} is the listed table
 */
record NewestFirst<T>(Database database, String name, String columns, String from, Function<Row, T> mapper) {
    /** Creates a page. */
    interface ToPage<T, P> {
        P page(List<T> rows, PageEnds ends, long total);
    }

    /**
     * Returns the existing rows with these IDs that pass the filter.
     *
     * @param filter appends conditions, each preceded by AND
     */
    Future<List<T>> load(String reader, Consumer<Sql> filter, List<UUID> ids) {
        Sql sql = select().add("WHERE t.id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")");
        filter.accept(sql);
        return run(reader, "load-", sql.add("\nORDER BY t.id"));
    }

    /** Returns a page of the rows that pass the filter. */
    <P> Future<P> list(String reader, Consumer<Sql> filter, PageRequest request, ToPage<T, P> toPage) {
        Sql count = new Sql().add("SELECT count(*) AS rows\n" + from + "WHERE true");
        filter.accept(count);
        return Future.all(
                        read(reader, filter, request),
                        database.query(reader, "count-" + name, count.text(), count.arguments())
                                .map(rows -> rows.iterator().next().getLong("rows")))
                .compose(both -> {
                    List<T> rows = both.resultAt(0);
                    long total = both.<Long>resultAt(1);
                    return rows.isEmpty()
                            ? PageRows.beyondEmpty(request, false, look -> read(reader, filter, look)
                                            .map(found -> !found.isEmpty()))
                                    .map(beyond ->
                                            toPage.page(rows, new PageEnds(beyond.previous(), beyond.next()), total))
                            : Future.succeededFuture(
                                    PageRows.cut(rows, request, (some, ends) -> toPage.page(some, ends, total)));
                });
    }

    private Future<List<T>> read(String reader, Consumer<Sql> filter, PageRequest request) {
        Sql sql = select().add("WHERE true");
        filter.accept(sql);
        if (request.after() != null) {
            sql.add(" AND t.id < ").bind(request.after().id());
        }
        if (request.before() != null) {
            sql.add(" AND t.id > ").bind(request.before().id());
        }
        sql.add("\nORDER BY t.id " + (request.backward() ? "ASC" : "DESC") + "\nLIMIT ")
                .bind(request.size() + 1);
        return run(reader, "list-", sql);
    }

    private Sql select() {
        return new Sql().add(columns + from);
    }

    private Future<List<T>> run(String reader, String verb, Sql sql) {
        return database.query(reader, verb + name, sql.text(), sql.arguments()).map(rows -> Rows.toList(rows, mapper));
    }
}
