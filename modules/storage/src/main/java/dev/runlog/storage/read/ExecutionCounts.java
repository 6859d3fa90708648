package dev.runlog.storage.read;

import dev.runlog.contract.page.Count;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Counts executions: from the rollups if these suffice for the filters, else row by row up to a limit. */
final class ExecutionCounts {
    private final Database database;

    ExecutionCounts(Database database) {
        this.database = database;
    }

    Future<Count> count(Owner owner, ExecutionQuery query, int rowsMax) {
        if (RollupCounts.canCount(query)) {
            Sql sql = new Sql();
            RollupCounts.addCount(sql, RollupCounts.Range.of(owner.number(), query), query.statuses());
            return run(owner, "count-rollups", sql)
                    .map(rows -> Count.exactly(rows.iterator().next().getLong("rows")));
        }
        return run(owner, "count-executions", ExecutionSelect.count(owner, query, rowsMax))
                .map(rows -> bounded(rows.iterator().next().getLong("rows"), rowsMax));
    }

    Future<Map<UUID, Count>> countOf(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        boolean fromRollups = parent == Parent.WORKFLOW && RollupCounts.canCount(query);
        Future<RowSet<Row>> counted = fromRollups
                ? run(owner, "count-rollups-of-workflow", rollups(owner, ids, query))
                : run(
                        owner,
                        "count-executions-of-" + ExecutionSelect.table(parent),
                        ExecutionSelect.counts(owner, parent, ids, query, rowsMax));
        return counted.map(rows -> {
            Map<UUID, Count> counts = new HashMap<>();
            ids.forEach(id -> counts.put(id, Count.exactly(0)));
            rows.forEach(row -> counts.put(
                    row.getUUID(0), fromRollups ? Count.exactly(row.getLong(1)) : bounded(row.getLong(1), rowsMax)));
            return counts;
        });
    }

    private static Sql rollups(Owner owner, List<UUID> ids, ExecutionQuery query) {
        RollupCounts.Range range = RollupCounts.Range.of(owner.number(), query);
        Sql sql = new Sql()
                .add("SELECT d.workflow_id, sum(" + RollupColumns.present(query.statuses()) + ")::bigint AS rows\n");
        RollupCounts.addStored(sql, range);
        return sql.add(" AND d.workflow_id = ANY (")
                .bind(ids.toArray(UUID[]::new))
                .add(")\nGROUP BY d.workflow_id\nORDER BY d.workflow_id");
    }

    private Future<RowSet<Row>> run(Owner owner, String operation, Sql sql) {
        return database.query(owner.subject(), operation, sql.text(), sql.arguments());
    }

    private static Count bounded(long rows, int rowsMax) {
        return rows > rowsMax ? Count.atLeast(rowsMax) : Count.exactly(rows);
    }
}
