package dev.runlog.storage.read;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.storage.db.Rows;
import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.Set;

/** Rows of the columns that {@link ExecutionSelect} lists, read by their places. */
final class ExecutionRows {
    /** The place of {@code of}, the parent that a row of several pages belongs to. */
    static final int OF = 18;

    private ExecutionRows() {}

    static Execution toExecution(Row row) {
        return new Execution(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(17),
                ExecutionStatus.ofNumber(row.getShort(2)),
                row.getString(3),
                row.getShort(4),
                row.getUUID(5),
                Rows.toLabels(row.getJsonObject(6)),
                Rows.toInstant(row.getOffsetDateTime(7)),
                Rows.toInstant(row.getOffsetDateTime(8)),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                Rows.toParts(row.getShort(12)),
                Rows.toParts(row.getShort(13)),
                row.getInteger(14),
                row.getBoolean(15));
    }

    static Execution toOutline(Row row, String owner) {
        return new Execution(
                row.getUUID(0),
                row.getUUID(1),
                owner,
                ExecutionStatus.ofNumber(row.getShort(2)),
                null,
                1,
                null,
                Map.of(),
                Rows.toInstant(row.getOffsetDateTime(3)),
                null,
                row.getString(4),
                row.getString(5),
                row.getString(6),
                Set.of(),
                Set.of(),
                0,
                false);
    }
}
