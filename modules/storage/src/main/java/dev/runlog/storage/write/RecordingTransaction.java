package dev.runlog.storage.write;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.storage.db.ConcurrentChangeException;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.rollup.RollupStatements;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Statement;
import dev.runlog.storage.sql.UuidOrder;
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
 * The statements of one transaction. They are sent without waiting for each other. If one fails, all later ones fail
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
                .compose(over -> Future.failedFuture(cause(failure))));
    }

    /** The first failure has the cause; later ones only report an aborted transaction. */
    private Throwable cause(Throwable failure) {
        return sent.stream()
                .filter(Future::failed)
                .findFirst()
                .map(Future::cause)
                .orElse(failure);
    }

    /**
     * Makes PostgreSQL plan each of the following statements for its arguments. A cached plan from a nearly empty table
     * reads all workflows of the owner for each key, because both indexes look equally good. With 20,000 workflows, a
     * batch took five seconds instead of a tenth of a second.
     */
    void planForArguments() {
        sent.add(connection
                .query("SET LOCAL plan_cache_mode = force_custom_plan")
                .execute());
    }

    /** Sends the commit without waiting for the statements; succeeds once all have succeeded. */
    public Future<Void> commit() {
        committed = true;
        sent.add(connection.query("COMMIT").execute());
        return Future.join(sent).<Void>mapEmpty().recover(failure -> Future.failedFuture(cause(failure)));
    }

    /** Looks up external IDs; registers unknown ones that have a new ID. */
    public Future<Map<ExternalKey, StoredExternalId>> resolve(Collection<ExternalLookup> lookups) {
        return send(ExternalIdStatements.resolve(lookups)).map(rows -> {
            Map<ExternalKey, StoredExternalId> found = new HashMap<>();
            for (Row row : rows) {
                StoredExternalId stored = ExternalIdStatements.toStored(row);
                found.put(stored.key(), stored);
            }
            return found;
        });
    }

    /**
     * Registers external IDs that are assumed to be unknown. Fails with {@link WriteFailure#CONTENTION} if one is known.
     */
    public Future<Void> insertExternalIds(Collection<ExternalLookup> lookups) {
        return sendUnlessEmpty(lookups, ExternalIdStatements::insert);
    }

    /**
     * Gives external IDs whose executions are gone to new ones. Fails with {@link WriteFailure#CONTENTION} if another
     * server has just done that.
     */
    public Future<Void> replace(Map<StoredExternalId, UUID> newIds) {
        List<StoredExternalId> sorted = ExternalIdStatements.sorted(newIds.keySet(), StoredExternalId::key);
        return send(ExternalIdStatements.replace(
                        sorted, sorted.stream().map(newIds::get).toList()))
                .compose(done -> done.rowCount() == sorted.size()
                        ? Future.succeededFuture()
                        : Future.failedFuture(
                                new ConcurrentChangeException("Another server has taken over an external ID.")));
    }

    /** Marks external IDs as recorded themselves. */
    public Future<Void> clearReserved(Collection<ExternalKey> keys) {
        return sendUnlessEmpty(keys, ExternalIdStatements::clearReserved);
    }

    /** Waits for the commits of other batches that set such links, so that no two of them close a cycle together. */
    public void lockLinks(Link link, Collection<String> owners) {
        send(LinkStatements.lock(link, owners));
    }

    /**
     * Returns the links of executions, those of the executions that they lead to, and so on, up to those outside a
     * range of IDs.
     *
     * @param max maximum number of links, nearest first
     */
    public Future<Map<UUID, ExecutionLink>> links(Link link, Collection<UUID> ids, UUID from, UUID to, int max) {
        return send(LinkStatements.follow(link, ids, from, to, max)).map(rows -> {
            Map<UUID, ExecutionLink> links = new HashMap<>();
            rows.forEach(row ->
                    links.put(row.getUUID(0), new ExecutionLink(row.getUUID(0), row.getUUID(1), row.getInteger(2))));
            return links;
        });
    }

    /** Adds links from new retries to the executions that they retry. */
    public Future<Void> addRetries(Collection<ExecutionLink> retries) {
        return sendUnlessEmpty(retries, LinkStatements::addRetries);
    }

    /** Removes links to executions that are not retried after all. */
    public Future<Void> removeRetries(Collection<ExecutionLink> retries) {
        return sendUnlessEmpty(retries, LinkStatements::removeRetries);
    }

    /** Locks the executions that exist, in the order of their IDs. */
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

    /** Locks running executions with a heartbeat deadline before the moment; skips locked ones. */
    public Future<List<StoredExecution>> lockOverdue(Instant moment, int max) {
        return send(ExecutionStatements.LOCK_OVERDUE, Tuple.of(moment.atOffset(ZoneOffset.UTC), max))
                .map(rows -> Rows.toList(rows, ExecutionStatements::toStored));
    }

    /** Locks running executions without heartbeats that started before the moment; skips locked ones. */
    public Future<List<StoredExecution>> lockWithoutHeartbeat(Instant moment, int max) {
        LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
        return send(
                        ExecutionStatements.LOCK_WITHOUT_HEARTBEAT,
                        Tuple.of(day, Ids.lowerBound(moment), max, moment.atOffset(ZoneOffset.UTC)))
                .map(rows -> Rows.toList(rows, ExecutionStatements::toStored));
    }

    /** Locks executions that were queued before the moment and have not started; skips locked ones. */
    public Future<List<StoredExecution>> lockQueued(Instant moment, int max) {
        LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
        return send(ExecutionStatements.LOCK_QUEUED, Tuple.of(day, Ids.lowerBound(moment), max))
                .map(rows -> Rows.toList(rows, ExecutionStatements::toStored));
    }

    /**
     * Inserts new rows. Fails with {@link WriteFailure#CONTENTION} if another server has just inserted one of them.
     * That is rare, and ON CONFLICT would cost every row more.
     */
    public Future<Void> insert(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::insert);
    }

    /** Writes the finish of locked executions. */
    public Future<Void> finish(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::finish);
    }

    /** Adds the start to locked executions that have only a finish. */
    public Future<Void> fillStart(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::fillStart);
    }

    /** Adds the time of queueing to locked executions. */
    public Future<Void> fillQueued(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::fillQueued);
    }

    /** Adds the parent and the retried execution to locked executions. */
    public Future<Void> fillLinks(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::fillLinks);
    }

    /** Moves the heartbeat deadlines of locked executions. */
    public Future<Void> moveDeadlines(Collection<ExecutionRow> rows) {
        return sendUnlessEmpty(rows, ExecutionStatements::moveDeadlines);
    }

    /** Adds executions that this transaction wrote to the list of failures, or updates them there. */
    public Future<Void> listUnsuccessful(Collection<UUID> ids) {
        return sendUnlessEmpty(ids, some -> new Statement(ExecutionStatements.LIST_UNSUCCESSFUL, bounded(some)));
    }

    /** Removes executions that succeeded after all from the list of failures. */
    public Future<Void> unlist(Collection<UUID> ids) {
        return sendUnlessEmpty(
                ids, some -> new Statement(ExecutionStatements.UNLIST, Tuple.of((Object) some.toArray(UUID[]::new))));
    }

    /** Returns steps, those that contain them, and so on. */
    public Future<Map<StepId, StoredStep>> parentSteps(Collection<StepId> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return send(StepStatements.parents(ids)).map(rows -> {
            Map<StepId, StoredStep> found = new HashMap<>();
            rows.forEach(row -> found.put(
                    new StepId(row.getUUID(0), row.getInteger(1)),
                    new StoredStep(row.getInteger(2), row.getBoolean(3))));
            return found;
        });
    }

    /** Writes steps, at most one update per step; returns those that changed. */
    public Future<Set<StepId>> upsertSteps(Collection<Step> steps) {
        if (steps.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        return send(StepStatements.upsert(steps)).map(returned -> {
            Set<StepId> changed = new HashSet<>();
            returned.forEach(row -> changed.add(new StepId(row.getUUID(0), row.getInteger(1))));
            return changed;
        });
    }

    /** Adds to the counts of workflows and of days. Returns workflows that were deleted and are now visible again. */
    public Future<List<UUID>> addDaily(Collection<DailyDelta> deltas) {
        if (deltas.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Future<RowSet<Row>> undeleted = send(RollupStatements.addByWorkflow(deltas));
        return send(RollupStatements.addByDay(deltas))
                .compose(done -> undeleted)
                .map(rows -> Rows.toList(rows, row -> row.getUUID(0)));
    }

    /** Adds to the histograms of durations. */
    public Future<Void> addDurations(Collection<HistogramDelta> deltas) {
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

    /** Sorted IDs with the first and the last, which let PostgreSQL prune partitions. */
    private static Tuple bounded(Collection<UUID> ids) {
        UUID[] sorted = ids.stream().sorted(UuidOrder.BY_BYTES).toArray(UUID[]::new);
        return Tuple.of(sorted, sorted[0], sorted[sorted.length - 1]);
    }
}
