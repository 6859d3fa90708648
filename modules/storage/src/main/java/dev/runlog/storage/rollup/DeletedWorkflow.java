package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Takes a deleted workflow out of the rollups. */
public final class DeletedWorkflow {
    private static final int FOLD_BATCHES = 200;

    private static final List<String> COUNTS = Stream.concat(
                    Stream.of("duration_millis_sum", "unstarted"),
                    Stream.of(ExecutionStatus.values())
                            .flatMap(status -> status.isOpen()
                                    ? Stream.of(RollupColumns.recorded(status))
                                    : Stream.of(
                                            RollupColumns.recorded(status),
                                            RollupColumns.recorded(status) + "_deleted")))
            .toList();

    /**
     * Its counts of recorded executions become those of the nil workflow of its owner, whose statistics stay the same.
     * If its key is recorded again, the statistics of the workflow start at zero.
     */
    private static final String RELEASE = """
            WITH removed AS (
              DELETE FROM execution_daily d
              USING workflow w
              WHERE w.id = $1 AND d.owner_id = w.owner_id AND d.workflow_id = w.id
              RETURNING d.*),
            removed_durations AS (
              DELETE FROM daily_histogram d
              USING workflow w
              WHERE w.id = $1 AND d.owner_id = w.owner_id AND d.workflow_id = w.id)
            INSERT INTO execution_daily AS known (owner_id, workflow_id, day, %s)
            SELECT owner_id, '00000000-0000-0000-0000-000000000000', day, %s
            FROM removed
            ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
            SET %s
            """.formatted(
                    joined(column -> column),
                    joined(column -> column),
                    joined(column -> column + " = known." + column + " + excluded." + column));

    private DeletedWorkflow() {}

    private static String joined(Function<String, String> expression) {
        return COUNTS.stream().map(expression).collect(Collectors.joining(", "));
    }

    /** Removes the counts of a workflow without executions, in the caller's transaction. */
    public static Future<?> release(SqlConnection connection, UUID workflowId) {
        return connection.preparedQuery(RELEASE).execute(Tuple.of(workflowId));
    }

    /** Folds all durations, so that none of a deleted workflow is folded later. */
    public static Future<Void> foldDurations(SqlConnection connection) {
        return HistogramFold.run(connection, FOLD_BATCHES)
                .compose(folded -> folded < FOLD_BATCHES ? Future.succeededFuture() : foldDurations(connection));
    }
}
