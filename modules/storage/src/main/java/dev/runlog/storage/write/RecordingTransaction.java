package dev.runlog.storage.write;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Statement;
import dev.runlog.storage.db.UuidOrder;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.DurationDelta;
import dev.runlog.storage.rollup.RollupStatements;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * The statements of one transaction. They are sent without waiting for each other; what was sent before a failure fails
 * too.
 */
public final class RecordingTransaction {
    private final SqlConnection connection;
    private final List<Future<?>> sent = new ArrayList<>();
    private boolean committed;

    RecordingTransaction(SqlConnection connection) {
        this.connection = connection;
    }

    <T> Future<T> run(Function<RecordingTransaction, Future<T>> work) {
        sent.add(connection.query("BEGIN").execute());
        Future<T> result;
        try {
            result = work.apply(this);
        } catch (RuntimeException failure) {
            result = Future.failedFuture(failure);
        }
        return result.recover(failure -> Future.join(sent)
                .otherwiseEmpty()
                .compose(over -> committed
                        ? Future.succeededFuture()
                        : connection.query("ROLLBACK").execute().otherwiseEmpty())
                .compose(over -> Future.failedFuture(failure)));
    }

    /**
     * Plans the statements that follow each time. A plan that is kept fits the number of workflows at the time when it was
     * made. A plan for a nearly empty table reads all workflows of the owner for each key, because either index looks as
     * good; with 20,000 of them a batch took five seconds instead of a tenth of one.
     */
    void planForArguments() {
        sent.add(connection
                .query("SET LOCAL plan_cache_mode = force_custom_plan")
                .execute());
    }

    /** Sends the commit right behind the statements; succeeds once they and it have. */
    public Future<Void> commit() {
        committed = true;
        sent.add(connection.query("COMMIT").execute());
        // The first that failed says why; those behind it only that the transaction was aborted.
        return Future.join(sent)
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(sent.stream()
                        .filter(Future::failed)
                        .findFirst()
                        .map(Future::cause)
                        .orElse(failure)));
    }

    /** Locks those of the executions that exist, in the order of their IDs. */
    public Future<Map<UUID, StoredExecution>> lock(Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return send(ExecutionStatements.LOCK, bounded(ids)).map(rows -> {
            Map<UUID, StoredExecution> found = new HashMap<>();
            for (Row row : rows) {
                StoredExecution stored = ExecutionStatements.toStored(row);
                found.put(stored.head().id(), stored);
            }
            return found;
        });
    }

    /** Locks running executions whose deadline passed before the moment, except those that others have locked. */
    public Future<List<StoredExecution>> lockOverdue(Instant moment, int max) {
        return send(ExecutionStatements.LOCK_OVERDUE, Tuple.of(moment.atOffset(ZoneOffset.UTC), max))
                .map(rows -> Rows.toList(rows, ExecutionStatements::toStored));
    }

    /**
     * Locks running executions without heartbeats that started before the moment, except those that others have locked.
     */
    public Future<List<StoredExecution>> lockUnheard(Instant moment, int max) {
        LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
        return send(ExecutionStatements.LOCK_UNHEARD, Tuple.of(day, Ids.lowerBound(moment), max))
                .map(rows -> Rows.toList(rows, ExecutionStatements::toStored));
    }

    /**
     * Writes rows that were not there when they were looked for. If another server was quicker, it fails as {@link
     * WriteFailure#CONTENTION}: that is rare, and a check by ON CONFLICT costs each row more than it is worth.
     */
    public Future<Void> insert(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::insert);
    }

    /** Writes how locked executions ended. */
    public Future<Void> finish(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::finish);
    }

    /** Fills the late start into locked executions of which only the finish was known. */
    public Future<Void> fillStart(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::fillStart);
    }

    /** Moves the heartbeat deadlines of locked executions. */
    public Future<Void> moveDeadlines(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::moveDeadlines);
    }

    /** Adds executions that were written before to the list of those that did not succeed, or updates them there. */
    public Future<Void> listUnsuccessful(Collection<UUID> ids) {
        return sendUnlessEmpty(ids, some -> new Statement(ExecutionStatements.LIST_UNSUCCESSFUL, bounded(some)));
    }

    /** Removes executions that succeeded after all from that list. */
    public Future<Void> unlist(Collection<UUID> ids) {
        return sendUnlessEmpty(
                ids, some -> new Statement(ExecutionStatements.UNLIST, Tuple.of((Object) some.toArray(UUID[]::new))));
    }

    /** Writes steps, each of them once; returns those that said something new. */
    public Future<Set<StepKey>> upsertSteps(Collection<Step> steps) {
        if (steps.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        return send(StepStatements.upsert(steps)).map(returned -> {
            Set<StepKey> changed = new HashSet<>();
            returned.forEach(row -> changed.add(new StepKey(row.getUUID(0), row.getInteger(1))));
            return changed;
        });
    }

    /** Adds to the counts of workflows and of days. */
    public Future<Void> addDaily(Collection<DailyDelta> deltas) {
        if (deltas.isEmpty()) {
            return Future.succeededFuture();
        }
        return Future.join(RollupStatements.addCounts(deltas).stream()
                        .map(this::send)
                        .toList())
                .mapEmpty();
    }

    /** Adds to the histograms of durations. */
    public Future<Void> addDurations(Collection<DurationDelta> deltas) {
        return sendUnlessEmpty(deltas, RollupStatements::addDurations);
    }

    private <R> Future<Void> sendUnlessEmpty(Collection<R> rows, Function<Collection<R>, Statement> statement) {
        return rows.isEmpty()
                ? Future.succeededFuture()
                : send(statement.apply(rows)).mapEmpty();
    }

    private Future<RowSet<Row>> send(Statement statement) {
        return send(statement.sql(), statement.arguments());
    }

    Future<RowSet<Row>> send(String sql, Tuple arguments) {
        Future<RowSet<Row>> answer = connection.preparedQuery(sql).execute(arguments);
        sent.add(answer);
        return answer;
    }

    /** IDs in their order, with the first and the last, which let PostgreSQL prune partitions. */
    private static Tuple bounded(Collection<UUID> ids) {
        UUID[] sorted = ids.stream().sorted(UuidOrder.BY_BYTES).toArray(UUID[]::new);
        return Tuple.of(sorted, sorted[0], sorted[sorted.length - 1]);
    }
}
