package dev.runlog.storage.plan;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Holds, which protect executions and their children from cleanups. */
public final class HoldStore {
    private static final String HOLD = """
            UPDATE execution e
            SET held = $3, hold_reason = CASE WHEN $3 THEN $4 END
            WHERE e.id = $1 AND e.id BETWEEN $1 AND $1
              AND ($2::text IS NULL OR e.owner_id = (SELECT id FROM owner WHERE subject = $2))
            RETURNING (SELECT o.subject FROM owner o WHERE o.id = e.owner_id) AS subject, e.owner_id
            """;

    private static final String HOLD_IN_LIST = "UPDATE unsuccessful_execution SET held = $2 WHERE id = $1";

    /** Inserts nothing if the owner has too many. Concurrent holds of one execution run one after the other. */
    private static final String NOTE_HELD = """
            INSERT INTO held_execution (execution_id, owner_id)
            SELECT $1, $2
            WHERE EXISTS (SELECT FROM held_execution WHERE execution_id = $1)
              OR (SELECT count(*) FROM held_execution WHERE owner_id = $2) < $3
            ON CONFLICT (execution_id) DO UPDATE SET owner_id = excluded.owner_id
            """;

    private static final String NOTE_RELEASED = "DELETE FROM held_execution WHERE execution_id = $1";

    private final Database database;

    public HoldStore(Database database) {
        this.database = database;
    }

    /**
     * Holds or releases an execution and returns its owner. Returns empty if the execution does not exist or, with an
     * owner, belongs to another one. From then on, a running cleanup spares a held execution and its children.
     *
     * @param holdsMax maximum number of held executions of one owner; one more fails with {@code BAD_INPUT}
     */
    public Future<Optional<String>> hold(
            @Nullable String owner, UUID executionId, boolean held, @Nullable String reason, int holdsMax) {
        return database.inTransaction("hold-execution", connection -> KeptExecutions.lockOpen(connection)
                .compose(cleanups -> connection
                        .preparedQuery(HOLD)
                        .execute(Tuple.of(executionId, owner, held, reason))
                        .compose(rows -> {
                            if (rows.size() == 0) {
                                return Future.succeededFuture(Optional.<String>empty());
                            }
                            Row execution = rows.iterator().next();
                            int ownerId = execution.getInteger("owner_id");
                            return connection
                                    .preparedQuery(HOLD_IN_LIST)
                                    .execute(Tuple.of(executionId, held))
                                    .compose(listed -> connection
                                            .preparedQuery(held ? NOTE_HELD : NOTE_RELEASED)
                                            .execute(
                                                    held
                                                            ? Tuple.of(executionId, ownerId, holdsMax)
                                                            : Tuple.of(executionId)))
                                    .compose(
                                            noted -> !held || noted.rowCount() > 0
                                                    ? Future.succeededFuture()
                                                    : Future.failedFuture(
                                                            RunlogException.badInput(
                                                                    "There are already " + holdsMax
                                                                            + " held executions of this owner, the limit (retention.holds-max).")))
                                    .compose(allowed -> held
                                            ? KeptExecutions.spareChildren(connection, cleanups, executionId, ownerId)
                                            : Future.succeededFuture())
                                    .map(done -> Optional.of(execution.getString("subject")));
                        })));
    }
}
