package dev.runlog.recording;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.storage.write.RecordingTransaction;
import dev.runlog.storage.write.StepKey;
import dev.runlog.storage.write.StoredExecution;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one batch of events in one transaction, announces what changed once it is committed, then answers. */
final class BatchWriter {
    private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);
    private static final int ATTEMPTS = 5;

    /**
     * What begins is nearly always new, and not to look for it first saves a wait for the database. Who sends again what
     * was recorded does so for a while; each batch that has such an event is written twice.
     */
    private static final int BATCHES_TO_LOOK_AT = 100;

    private final Bus bus;
    private final RecordingStore store;
    private final WorkflowDirectory workflows;
    private final Partitions partitions;
    private final Clock clock;
    private final RecordingMetrics metrics;
    private int batchesToLookAt;

    BatchWriter(
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

    /** Settles each of the events; succeeds in any case. */
    Future<Void> write(List<QueuedEvent> batch) {
        boolean unseen = batchesToLookAt == 0;
        batchesToLookAt -= unseen ? 0 : 1;
        return metrics.timeBatch(batch.size(), attempt(batch, unseen, 1)).recover(failure -> {
            if (WriteFailure.of(failure) == WriteFailure.BAD_ROW) {
                return isolate(batch, failure);
            }
            log.warn("{} events were not recorded: {}", batch.size(), failure.toString());
            RunlogException away = WriteFailure.overloaded(failure);
            batch.forEach(queued -> queued.fail(away));
            return Future.succeededFuture();
        });
    }

    /**
     * Tries to write a batch, again where others were in the way.
     *
     * @param unseen whether what begins is taken to be new, without a look
     */
    private Future<Void> attempt(List<QueuedEvent> batch, boolean unseen, int attempt) {
        return prepare(batch)
                .compose(refusals -> store.transaction(transaction -> commit(transaction, batch, refusals, unseen)))
                .onSuccess(committed -> committed.settle(batch))
                .<Void>mapEmpty()
                .recover(failure -> {
                    WriteFailure kind = WriteFailure.of(failure);
                    if (attempt == ATTEMPTS || kind == WriteFailure.AWAY || kind == WriteFailure.BAD_ROW) {
                        return Future.failedFuture(failure);
                    }
                    if (kind == WriteFailure.NO_PARTITION) {
                        partitions.forget();
                    }
                    if (unseen && kind == WriteFailure.CONTENTION) {
                        batchesToLookAt = BATCHES_TO_LOOK_AT;
                    }
                    return attempt(batch, unseen && kind != WriteFailure.CONTENTION, attempt + 1);
                });
    }

    /** Makes the days and workflows that are missing. Nothing waits for the database where none is. */
    private Future<Refusals> prepare(List<QueuedEvent> batch) {
        return partitions.ensureFor(batch).compose(days -> {
            List<QueuedEvent> allowed = days.isEmpty() ? batch : without(batch, days.keySet());
            return workflows
                    .prepare(allowed)
                    .map(refused -> days.isEmpty() && refused.isEmpty() ? Refusals.NONE : new Refusals(days, refused));
        });
    }

    private static List<QueuedEvent> without(List<QueuedEvent> batch, Set<LocalDate> days) {
        return batch.stream()
                .filter(queued -> !days.contains(Draft.dayOf(queued.event().executionId())))
                .toList();
    }

    private Future<Committed> commit(
            RecordingTransaction transaction, List<QueuedEvent> batch, Refusals refusals, boolean unseen) {
        return transaction
                .lock(idsToLock(batch, unseen))
                .compose(locked -> write(transaction, batch, locked, refusals));
    }

    /** Sends all that is to be written right behind each other, the commit last: one wait for the database. */
    private Future<Committed> write(
            RecordingTransaction transaction,
            List<QueuedEvent> batch,
            Map<UUID, StoredExecution> locked,
            Refusals refusals) {
        BatchPlan plan = new BatchPlan(batch, locked, workflows::find, refusals, clock.instant());
        transaction.insert(plan.inserts());
        transaction.fillStart(plan.startsToFill());
        transaction.finish(plan.finishes());
        transaction.moveDeadlines(plan.deadlines());
        transaction.listUnsuccessful(plan.toList());
        transaction.unlist(plan.toUnlist());
        Future<Set<StepKey>> steps = transaction.upsertSteps(plan.steps());
        transaction.addDurations(plan.durations());
        transaction.addDaily(plan.deltas());
        return transaction.commit().map(done -> new Committed(plan, steps.result()));
    }

    private final class Committed {
        private final BatchPlan plan;
        private final Set<StepKey> changedSteps;

        Committed(BatchPlan plan, Set<StepKey> changedSteps) {
            this.plan = plan;
            this.changedSteps = changedSteps;
        }

        /** Announces first, so that who is answered and then subscribes has missed nothing. */
        void settle(List<QueuedEvent> batch) {
            List<Change> changes = plan.changes(changedSteps);
            if (!changes.isEmpty()) {
                bus.publish(new ExecutionsChanged(changes));
            }
            List<Outcome> outcomes = plan.outcomes(changedSteps);
            for (int i = 0; i < outcomes.size(); i++) {
                metrics.count(outcomes.get(i).verdict());
                batch.get(i).settle(outcomes.get(i));
            }
        }
    }

    /** Halves the batch until the row that the database refuses stands alone. */
    private Future<Void> isolate(List<QueuedEvent> batch, Throwable failure) {
        if (batch.size() == 1) {
            UUID incident = Ids.next();
            log.error("An event was refused by the database, incident {}", incident, failure);
            batch.get(0).settle(Outcome.rejected(RunlogException.internal(incident)));
            return Future.succeededFuture();
        }
        int middle = batch.size() / 2;
        return write(new ArrayList<>(batch.subList(0, middle)))
                .compose(done -> write(new ArrayList<>(batch.subList(middle, batch.size()))));
    }

    /**
     * The executions that are looked for before they are written. Those that begin in the batch are not where they are to
     * be written unseen: one that was recorded before lets the insert fail.
     */
    private static Set<UUID> idsToLock(List<QueuedEvent> batch, boolean unseen) {
        Set<UUID> begun = new HashSet<>();
        Set<UUID> toLock = new HashSet<>();
        for (QueuedEvent queued : batch) {
            UUID id = queued.event().executionId();
            if (begins(queued.event(), unseen)) {
                begun.add(id);
            } else if (!begun.contains(id)) {
                toLock.add(id);
            }
        }
        return toLock;
    }

    /** Ids that were made here are new for certain: nobody has a row of them. */
    private static boolean begins(ValidEvent event, boolean unseen) {
        return event instanceof ValidEvent.Start start
                ? unseen || start.idMade()
                : unseen && event instanceof ValidEvent.Complete;
    }
}
