package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.Rows;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;

/** Reads rows with the columns of {@link ExecutionSelect}, by position. */
final class ExecutionRows {
    private ExecutionRows() {}

    static Execution toExecution(Row row, Owner owner) {
        return toBuilder(row, owner).build();
    }

    static Execution.Builder toBuilder(Row row, Owner owner) {
        return Execution.running(row.getUUID(0), row.getUUID(1), owner.subject())
                .status(ExecutionStatus.ofNumber(row.getShort(2)))
                .trigger(row.getString(3))
                .attempt(row.getShort(4))
                .parentId(row.getUUID(5))
                .labels(Rows.toLabels(row.getJsonObject(6)))
                .finishedAt(Rows.toInstant(row.getOffsetDateTime(7)))
                .heartbeat(Rows.toInstant(row.getOffsetDateTime(22)), Rows.toInstant(row.getOffsetDateTime(8)))
                .error(row.getString(9), row.getString(10), row.getString(11))
                .truncated(Rows.toParts(row.getShort(12)))
                .sanitized(Rows.toParts(row.getShort(13)))
                .redacted(row.getInteger(14))
                .held(row.getBoolean(15))
                .queuedAt(Rows.toInstant(row.getOffsetDateTime(16)))
                .startedAt(Rows.toInstant(row.getOffsetDateTime(17)))
                .retryOf(row.getUUID(18))
                .externalId(Rows.toExternalId(row.getString(19), row.getString(20)));
    }

    static ExecutionOutline toOutline(Row row, Owner owner) {
        return new ExecutionOutline(
                row.getUUID(0),
                row.getUUID(1),
                owner.subject(),
                ExecutionStatus.ofNumber(row.getShort(2)),
                Rows.toInstant(row.getOffsetDateTime(3)),
                Rows.toInstant(row.getOffsetDateTime(4)),
                Rows.toInstant(row.getOffsetDateTime(5)),
                row.getString(6),
                row.getString(7),
                row.getString(8));
    }

    /** Fails if the statement left out texts because they exceed the remaining allowance. */
    static void requireWithin(Allowance allowance, long left, RowSet<Row> rows, int column) {
        if (rows.size() > 0) {
            long bytes = rows.iterator().next().getLong(column);
            if (bytes > left) {
                allowance.take(bytes);
            }
        }
    }
}
