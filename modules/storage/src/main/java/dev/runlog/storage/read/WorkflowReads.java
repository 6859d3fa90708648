package dev.runlog.storage.read;

import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ListWorkflows.WorkflowPage;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.PageRows;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import dev.runlog.storage.sql.WorkflowRows;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads workflows for viewers. Deleted ones are not returned. */
public final class WorkflowReads {
    private final Database database;

    public WorkflowReads(Database database) {
        this.database = database;
    }

    /**
     * Returns the workflows that belong to the owners, as they are now.
     *
     * @param reader the subject that is charged for the database's time
     */
    public Future<List<Workflow>> load(String reader, Owners owners, List<UUID> ids) {
        String sql = WorkflowRows.SELECT + "WHERE w.id = ANY ($1)" + (owners.isAll() ? "" : " AND o.subject = $2")
                + "\nORDER BY w.id";
        Tuple arguments = Tuple.of(ids.toArray(UUID[]::new));
        return database.query(
                        reader,
                        "load-workflows",
                        sql,
                        owners.isAll() ? arguments : arguments.addString(owners.subject()))
                .map(rows -> Rows.toList(rows, WorkflowRows::toWorkflow));
    }

    public Future<Optional<Workflow>> findByKey(String owner, String key) {
        return database.query(
                        owner,
                        "find-workflow",
                        WorkflowRows.SELECT + "WHERE o.subject = $1 AND w.key = $2",
                        Tuple.of(owner, key))
                .map(rows ->
                        Rows.toList(rows, WorkflowRows::toWorkflow).stream().findFirst());
    }

    /** Reads a page of an owner's workflows, newest first. */
    public Future<WorkflowPage> list(String owner, @Nullable String search, PageRequest page) {
        return read(owner, search, page)
                .compose(workflows -> workflows.isEmpty()
                        ? PageRows.beyondEmpty(page, false, look -> read(owner, search, look)
                                        .map(found -> !found.isEmpty()))
                                .map(beyond ->
                                        new WorkflowPage(workflows, new PageEnds(beyond.previous(), beyond.next())))
                        : Future.succeededFuture(PageRows.cut(workflows, page, WorkflowPage::new)));
    }

    private Future<List<Workflow>> read(String owner, @Nullable String search, PageRequest page) {
        Sql sql = new Sql().add(WorkflowRows.SELECT).add("WHERE o.subject = ").bind(owner);
        addSearch(sql, search);
        if (page.after() != null) {
            sql.add(" AND w.id < ").bind(page.after().id());
        }
        if (page.before() != null) {
            sql.add(" AND w.id > ").bind(page.before().id());
        }
        sql.add("\nORDER BY w.id " + (page.backward() ? "ASC" : "DESC") + "\nLIMIT ")
                .bind(page.size() + 1);
        return database.query(owner, "list-workflows", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, WorkflowRows::toWorkflow));
    }

    public Future<Long> count(String owner, @Nullable String search) {
        Sql sql = new Sql()
                .add(
                        "SELECT count(*) AS rows\nFROM workflow w\nJOIN owner o ON o.id = w.owner_id AND w.deleted_at IS NULL\n"
                                + "WHERE o.subject = ")
                .bind(owner);
        addSearch(sql, search);
        return database.query(owner, "count-workflows", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next().getLong("rows"));
    }

    private static void addSearch(Sql sql, @Nullable String search) {
        if (search != null && !search.isEmpty()) {
            String text = "(SELECT fold(" + sql.argument(search) + "))";
            sql.add(" AND (strpos(fold(w.name), " + text + ") > 0 OR strpos(fold(w.key), " + text + ") > 0)");
        }
    }
}
