package dev.runlog.recording.batch;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.write.ExecutionLink;
import dev.runlog.storage.write.ExecutionRow;
import dev.runlog.storage.write.Link;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.storage.write.RecordingTransaction;
import dev.runlog.storage.write.StoredExecution;
import dev.runlog.storage.write.StoredStep;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each batch of events in one transaction. After the commit, announces the changes and replies. */
public final class BatchWriter {
    private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);
    private static final int ATTEMPTS = 5;

    /**
     * Started executions are nearly always new, and skipping the lookup saves a round trip to the database. A batch
     * with an execution that exists fails and is written again, so the next batches are looked up first: resent events
     * come in series.
     */
    private static final int LOOKUP_BATCHES = 100;

    /** Executions that are known to wait for their start; those beyond it cost a second write of their batch. */
    private static final int UNSTARTED_MAX = 10_000;

    private final Bus bus;
    private final RecordingStore store;
    private final WorkflowDirectory workflows;
    private final Partitions partitions;
    private final Clock clock;
    private final RecordingMetrics metrics;
    /** The lane keys of executions that this server created from another event than their start. */
    private final Set<UUID> unstarted = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > UNSTARTED_MAX;
        }
    });

    private int batchesToLookUp;

    public BatchWriter(
            Bus bus,
            RecordingStore store,
            WorkflowDirectory workflows,
            Partitions partitions,
            Clock clock,
            RecordingMetrics metrics) {
        this.bus = bus;
        this.store = store;
        this.workflows = workflows;
        this.partitions = partitions;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Writes the batch and settles each event. Always succeeds. */
    public Future<Void> write(List<QueuedEvent> batch) {
        boolean assumeNew = batchesToLookUp == 0;
        batchesToLookUp -= assumeNew ? 0 : 1;
        return metrics.timeBatch(batch.size(), attempt(batch, assumeNew, 1)).recover(failure -> {
            if (WriteFailure.of(failure) == WriteFailure.BAD_ROW) {
                return isolate(batch, failure);
            }
            log.warn("Could not record {} events: {}", batch.size(), failure.toString());
            RunlogException overloaded = WriteFailure.overloaded(failure);
            batch.forEach(queued -> queued.fail(overloaded));
            return Future.succeededFuture();
        });
    }

    /**
     * Writes a batch, with retries after conflicts.
     *
     * @param assumeNew whether started executions are inserted without a lookup
     */
    private Future<Void> attempt(List<QueuedEvent> batch, boolean assumeNew, int attempt) {
        return prepare(batch)
                .compose(prepared -> store.transaction(transaction -> commit(transaction, batch, prepared, assumeNew)))
                .compose(committed -> reload(committed.undeleted, batch).map(committed))
                .onSuccess(committed -> committed.settle(batch))
                .<Void>mapEmpty()
                .recover(failure -> {
                    WriteFailure kind = WriteFailure.of(failure);
                    if (attempt == ATTEMPTS || kind == WriteFailure.UNAVAILABLE || kind == WriteFailure.BAD_ROW) {
                        return Future.failedFuture(failure);
                    }
                    if (kind == WriteFailure.NO_PARTITION) {
                        partitions.forget();
                    }
                    if (assumeNew && kind == WriteFailure.CONTENTION) {
                        batchesToLookUp = LOOKUP_BATCHES;
                    }
                    return attempt(batch, assumeNew && kind != WriteFailure.CONTENTION, attempt + 1);
                });
    }

    /** The workflows of a batch, and what it must not create. */
    private record Prepared(NamedWorkflows workflows, Refusals refusals) {}

    /** Creates missing days and workflows. Does not query the database if none is missing. */
    private Future<Prepared> prepare(List<QueuedEvent> batch) {
        return partitions.ensureFor(batch).compose(days -> {
            List<QueuedEvent> allowed = days.isEmpty() ? batch : withoutDays(batch, days.keySet());
            return workflows.prepare(allowed).map(named -> new Prepared(named, new Refusals(days, named.refused())));
        });
    }

    /** Executions with external IDs may exist on another day. */
    private static List<QueuedEvent> withoutDays(List<QueuedEvent> batch, Set<LocalDate> days) {
        return batch.stream()
                .filter(queued -> queued.event().target().hash() != null
                        || !days.contains(Draft.dayOf(queued.event().target().id())))
                .toList();
    }

    private Future<Committed> commit(
            RecordingTransaction transaction, List<QueuedEvent> batch, Prepared prepared, boolean assumeNew) {
        Predicate<ValidEvent> isAssumedNew = event -> assumeNew
                && ExternalIds.isStart(event)
                && !unstarted.contains(event.target().laneKey());
        return new ExternalIds(batch, queued -> mayCreate(queued, prepared), workflows, isAssumedNew)
                .resolve(transaction)
                .compose(ids -> lock(transaction, batch, ids, isAssumedNew)
                        .compose(read -> write(transaction, batch, ids, read, prepared)));
    }

    private static boolean mayCreate(QueuedEvent queued, Prepared prepared) {
        WorkflowRef workflow = queued.event().workflow();
        return workflow != null
                && queued.event().mayCreate()
                && prepared.refusals().of(queued, false) == null
                && prepared.workflows().find(queued.owner(), workflow) != null;
    }

    /** The existing executions of a batch, the links from those that it names, and the steps that contain its steps. */
    private record Read(
            Map<UUID, StoredExecution> locked,
            Map<Link, Map<UUID, ExecutionLink>> links,
            Map<StepId, StoredStep> parentSteps) {}

    private static Future<Read> lock(
            RecordingTransaction transaction,
            List<QueuedEvent> batch,
            ExternalIds ids,
            Predicate<ValidEvent> isAssumedNew) {
        Set<UUID> newIds = new HashSet<>();
        Set<UUID> toLock = idsToLock(batch, ids, isAssumedNew, newIds);
        Future<Map<UUID, ExecutionLink>> parents = new Ancestry(Link.PARENT, batch, ids, newIds).read(transaction);
        Future<Map<UUID, ExecutionLink>> retried = new Ancestry(Link.RETRY, batch, ids, newIds).read(transaction);
        Future<Map<UUID, StoredExecution>> lock = transaction.lock(toLock);
        // After the lock: other servers have committed their steps by then.
        Future<Map<StepId, StoredStep>> parentSteps = transaction.parentSteps(StepPlan.idsToRead(batch, ids, toLock));
        return lock.compose(locked -> ids.replaceDeleted(transaction, locked)
                .compose(done -> parents)
                .compose(done -> retried)
                .compose(done -> parentSteps)
                .map(done -> new Read(
                        locked,
                        Map.of(Link.PARENT, parents.result(), Link.RETRY, retried.result()),
                        parentSteps.result())));
    }

    /** Sends all writes and the commit without waiting in between: one round trip to the database. */
    private Future<Committed> write(
            RecordingTransaction transaction, List<QueuedEvent> batch, ExternalIds ids, Read read, Prepared prepared) {
        BatchPlan plan = new BatchPlan(
                batch,
                ids,
                read.locked(),
                read.links(),
                new StepPlan(read.parentSteps()),
                prepared.workflows()::find,
                prepared.refusals(),
                clock.instant());
        Collection<ExecutionRow> inserts = plan.inserts();
        transaction.insert(inserts);
        transaction.clearReserved(ids.reservedOf(inserts));
        transaction.fillStart(plan.startsToFill());
        transaction.fillQueued(plan.queuesToFill());
        transaction.fillLinks(plan.linksToFill());
        transaction.addRetries(plan.retriesToAdd());
        transaction.removeRetries(plan.retriesToRemove());
        transaction.finish(plan.finishes());
        transaction.moveDeadlines(plan.deadlines());
        transaction.listUnsuccessful(plan.idsToList());
        transaction.unlist(plan.idsToUnlist());
        Future<Set<StepId>> steps = transaction.upsertSteps(plan.steps());
        transaction.addDurations(plan.durations());
        Future<List<UUID>> undeleted = transaction.addDaily(plan.deltas());
        return transaction.commit().map(done -> new Committed(plan, steps.result(), undeleted.result()));
    }

    /** Reloads workflows that were deleted after they had been looked up. The batch has made them visible again. */
    private Future<?> reload(List<UUID> undeleted, List<QueuedEvent> batch) {
        if (undeleted.isEmpty()) {
            return Future.succeededFuture();
        }
        undeleted.forEach(workflows::forget);
        return workflows.prepare(batch).otherwiseEmpty();
    }

    private final class Committed {
        private final BatchPlan plan;
        private final Set<StepId> changedSteps;
        private final List<UUID> undeleted;

        Committed(BatchPlan plan, Set<StepId> changedSteps, List<UUID> undeleted) {
            this.plan = plan;
            this.changedSteps = changedSteps;
            this.undeleted = undeleted;
        }

        /** Announces the changes before it replies: a caller who subscribes after the reply misses nothing. */
        void settle(List<QueuedEvent> batch) {
            List<Change> changes = plan.changes(changedSteps);
            if (!changes.isEmpty()) {
                bus.publish(new ExecutionsChanged(changes));
            }
            rememberUnstarted(batch);
            List<Outcome> outcomes = plan.outcomes(changedSteps);
            for (int i = 0; i < outcomes.size(); i++) {
                metrics.count(outcomes.get(i).verdict());
                batch.get(i).settle(outcomes.get(i));
            }
        }

        /** Their starts are looked up at once instead of failing the batch. */
        private void rememberUnstarted(List<QueuedEvent> batch) {
            if (!unstarted.isEmpty()) {
                for (QueuedEvent queued : batch) {
                    if (queued.event() instanceof ValidEvent.Start start && !start.isQueued()) {
                        unstarted.remove(start.target().laneKey());
                    }
                }
            }
            for (ExecutionRow row : plan.inserts()) {
                Execution head = row.stored().head();
                if (row.stored().start() == StoredExecution.Start.UNKNOWN) {
                    ExternalId externalId = head.externalId();
                    unstarted.add(externalId == null ? head.id() : externalId.hash());
                }
            }
        }
    }

    /** Splits the batch in half until the bad row is alone. */
    private Future<Void> isolate(List<QueuedEvent> batch, Throwable failure) {
        if (batch.size() == 1) {
            UUID incident = Ids.next();
            log.error("The database rejected an event, incident {}", incident, failure);
            batch.get(0).settle(Outcome.rejected(RunlogException.internal(incident)));
            return Future.succeededFuture();
        }
        int middle = batch.size() / 2;
        return write(new ArrayList<>(batch.subList(0, middle)))
                .compose(done -> write(new ArrayList<>(batch.subList(middle, batch.size()))));
    }

    /**
     * The executions to look up before writing. Those that start in the batch are skipped if they are assumed to be
     * new; the insert fails if one exists.
     *
     * @param newIds takes the executions that are skipped
     */
    private static Set<UUID> idsToLock(
            List<QueuedEvent> batch, ExternalIds ids, Predicate<ValidEvent> isAssumedNew, Set<UUID> newIds) {
        Set<UUID> toLock = new HashSet<>();
        for (QueuedEvent queued : batch) {
            UUID id = ids.idOf(queued.event().target());
            if (id == null) {
                continue;
            }
            if (isNew(queued.event(), ids.isAssigned(id), isAssumedNew)) {
                newIds.add(id);
            } else if (!newIds.contains(id)) {
                toLock.add(id);
            }
        }
        return toLock;
    }

    /** An execution is always new if this server generated its ID, or registered its external ID just now. */
    private static boolean isNew(ValidEvent event, boolean isAssigned, Predicate<ValidEvent> isAssumedNew) {
        Target target = event.target();
        return isAssigned
                || target.isGenerated()
                || target.hash() == null && target.refusal() == null && isAssumedNew.test(event);
    }
}
