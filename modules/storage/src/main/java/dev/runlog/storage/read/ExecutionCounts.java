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
    private final SliceScan slices;

    ExecutionCounts(Database database, SliceScan slices) {
        this.database = database;
        this.slices = slices;
    }

    Future<Count> count(Owner owner, ExecutionQuery query, int rowsMax) {
        if (RollupCounts.canCount(query)) {
            Sql sql = new Sql();
            RollupCounts.addCount(sql, RollupCounts.Range.of(owner.number(), query), query.statuses());
            return run(owner, "count-rollups", sql)
                    .map(rows -> Count.exactly(rows.iterator().next().getLong("rows")));
        }
        Source source = Source.of(query);
        if (source.isScanned()) {
            return slices.count(owner, source, rowsMax, slices.deadline());
        }
        return run(owner, "count-executions", ExecutionSelect.count(owner, source, rowsMax))
                .map(rows -> bounded(rows.iterator().next().getLong("rows"), rowsMax));
    }

    Future<Map<UUID, Count>> countOf(Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        boolean fromRollups = parent == Parent.WORKFLOW && RollupCounts.canCount(query);
        Source source = Source.of(query, parent);
        if (!fromRollups && source.isScanned()) {
            return scanEach(owner, parent, ids, query, rowsMax);
        }
        Future<RowSet<Row>> counted = fromRollups
                ? run(owner, "count-rollups-of-workflow", rollups(owner, ids, query))
                : run(
                        owner,
                        "count-executions-of-" + Source.table(parent),
                        ExecutionSelect.counts(owner, parent, ids, source, rowsMax));
        return counted.map(rows -> {
            Map<UUID, Count> counts = new HashMap<>();
            ids.forEach(id -> counts.put(id, Count.exactly(0)));
            rows.forEach(row -> counts.put(
                    row.getUUID(0), fromRollups ? Count.exactly(row.getLong(1)) : bounded(row.getLong(1), rowsMax)));
            return counts;
        });
    }

    /** Counts for one parent after the other. They share the time. */
    private Future<Map<UUID, Count>> scanEach(
            Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        Map<UUID, Count> counts = new HashMap<>();
        long deadline = slices.deadline();
        Future<?> counted = Future.succeededFuture();
        for (UUID id : ids) {
            Source source = Source.of(query.ofParent(parent, id));
            counted = counted.compose(
                    done -> slices.count(owner, source, rowsMax, slices.shareOf(deadline, ids.size() - counts.size()))
                            .map(count -> counts.put(id, count)));
        }
        return counted.map(done -> counts);
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
