package dev.runlog.storage.statistics;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.rollup.RollupCounts.Range;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the statistics of the workflows that come first in an order. */
final class WorkflowRanking {
    private static final String RECORDED = "d.queued + d.running + d.success + d.failed + d.cancelled + d.crashed";

    private final Database database;

    WorkflowRanking(Database database) {
        this.database = database;
    }

    Future<List<WorkflowStatistics>> read(GetWorkflowStatistics request, Range range) {
        Sql sql = new Sql().add("SELECT t.*, w.key, w.name, w.created_at, o.subject\nFROM (\n  SELECT d.workflow_id");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            String column = RollupColumns.recorded(status);
            sql.add(",\n    sum(d." + column + ")::bigint AS " + column + ", sum("
                    + RollupColumns.present(Set.of(status)) + ")::bigint AS " + column + "_now");
        }
        sql.add(",\n    sum(d.duration_millis_sum)::bigint AS millis, sum(" + RollupColumns.TIMED
                + ")::bigint AS timed, " + rankOf(request.order()) + " AS rank\n  ");
        sql.add("FROM execution_rollup d\n  WHERE true");
        Selection.of(range.owner(), range.workflowId()).addDaily(sql);
        RollupCounts.addDays(sql, range.from(), range.to());
        sql.add(" AND d.workflow_id <> '00000000-0000-0000-0000-000000000000'\n  GROUP BY d.workflow_id\n"
                        + "  HAVING sum(" + RECORDED
                        + ") > 0\n  ORDER BY rank DESC NULLS LAST, d.workflow_id\n  LIMIT ")
                .bind(request.first());
        sql.add(") t\nJOIN workflow w ON w.id = t.workflow_id\nJOIN owner o ON o.id = w.owner_id\n"
                + "WHERE w.deleted_at IS NULL\nORDER BY t.rank DESC NULLS LAST, t.workflow_id");
        return database.query(request.viewer().subject(), "statistics-workflows", sql.text(), sql.arguments())
                .map(rows -> Rows.toList(rows, WorkflowRanking::toStatistics));
    }

    private static String rankOf(GetWorkflowStatistics.Order order) {
        return switch (order) {
            case STORED -> "sum(" + RollupColumns.present(Set.of()) + ")";
            case RECORDED -> "sum(" + RECORDED + ")";
            case FAILURES -> "sum(d.failed + d.crashed)";
            case AVERAGE_DURATION -> "sum(d.duration_millis_sum) / nullif(sum(" + RollupColumns.TIMED + "), 0)";
        };
    }

    private static WorkflowStatistics toStatistics(Row row) {
        StatusCounts recorded = StatisticsReads.toCounts(row, "");
        return new WorkflowStatistics(
                new Workflow(
                        row.getUUID("workflow_id"),
                        row.getString("subject"),
                        row.getString("key"),
                        row.getString("name"),
                        row.getOffsetDateTime("created_at").toInstant()),
                StatisticsReads.toCounts(row, "_now"),
                recorded,
                average(row));
    }

    private static @Nullable Duration average(Row row) {
        long timed = row.getLong("timed");
        return timed == 0 ? null : Duration.ofMillis(row.getLong("millis") / timed);
    }
}
