package dev.runlog.storage.cleanup;

import dev.runlog.storage.rollup.RollupColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Set;
import java.util.UUID;

/**
 * The executions of a workflow.
 *
 * @param stored number of all
 * @param running number of running ones, which cannot be deleted
 * @param queued number of queued ones, which cannot be deleted
 * @param held number of held ones, which cannot be deleted; running and queued ones may be among them
 */
record ExecutionsLeft(long stored, long running, long queued, long held) {
    private static final String COUNT = """
            SELECT coalesce(sum(%s), 0)::bigint AS stored, coalesce(sum(d.running), 0)::bigint AS running,
                   coalesce(sum(d.queued), 0)::bigint AS queued
            FROM workflow w
            JOIN execution_rollup d ON d.owner_id = w.owner_id AND d.workflow_id = w.id
            WHERE w.id = $1
            """.formatted(RollupColumns.present(Set.of()));

    /** OFFSET 0 forces a lookup by ID for each held execution. */
    private static final String COUNT_HELD = """
            SELECT count(*) AS held
            FROM workflow w
            JOIN held_execution h ON h.owner_id = w.owner_id
            CROSS JOIN LATERAL (SELECT e.workflow_id FROM execution e WHERE e.id = h.execution_id OFFSET 0) e
            WHERE w.id = $1 AND e.workflow_id = w.id
            """;

    static Future<ExecutionsLeft> count(SqlConnection connection, UUID workflowId) {
        return countWithoutHeld(connection, workflowId).compose(left -> connection
                .preparedQuery(COUNT_HELD)
                .execute(Tuple.of(workflowId))
                .map(rows -> new ExecutionsLeft(
                        left.stored,
                        left.running,
                        left.queued,
                        rows.iterator().next().getLong(0))));
    }

    /** The same without {@code held}, whose statement takes milliseconds to plan. */
    static Future<ExecutionsLeft> countWithoutHeld(SqlConnection connection, UUID workflowId) {
        return connection.preparedQuery(COUNT).execute(Tuple.of(workflowId)).map(rows -> {
            Row counts = rows.iterator().next();
            return new ExecutionsLeft(counts.getLong("stored"), counts.getLong("running"), counts.getLong("queued"), 0);
        });
    }

    boolean canBeDeleted() {
        return running == 0 && queued == 0 && held == 0;
    }

    /** Describes the executions that cannot be deleted, for an error message. */
    String undeletable() {
        return running + " running, " + queued + " queued, " + held + " held";
    }
}
