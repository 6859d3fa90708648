package dev.runlog.storage.sql;

import dev.runlog.contract.model.Workflow;
import io.vertx.sqlclient.Row;

/** The columns of a workflow. */
public final class WorkflowRows {
    /** Selects workflows that are not deleted, for {@link #toWorkflow}. */
    public static final String SELECT = """
            SELECT w.id, o.subject, w.key, w.name, w.created_at
            FROM workflow w
            JOIN owner o ON o.id = w.owner_id AND w.deleted_at IS NULL
            """;

    private WorkflowRows() {}

    public static Workflow toWorkflow(Row row) {
        return new Workflow(
                row.getUUID(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getOffsetDateTime(4).toInstant());
    }
}
