package dev.runlog.recording;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.storage.DailyDelta;
import dev.runlog.storage.RecordingStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds executions whose heartbeat deadline passed and records that they crashed. */
final class HeartbeatSweep {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatSweep.class);
    private static final int BATCH = 500;

    private final Bus bus;
    private final RecordingStore store;
    private final Clock clock;

    HeartbeatSweep(Bus bus, RecordingStore store, Clock clock) {
        this.bus = bus;
        this.store = store;
        this.clock = clock;
    }

    /** Gives up all that are overdue, in batches; returns how many they were. */
    Future<Integer> runOnce() {
        return store.transaction(this::crashOverdue).compose(changes -> {
            if (changes.isEmpty()) {
                return Future.succeededFuture(0);
            }
            bus.publish(new ExecutionsChanged(changes));
            log.info("{} executions count as crashed, as their heartbeat deadline passed.", changes.size());
            return changes.size() < BATCH
                    ? Future.succeededFuture(changes.size())
                    : runOnce().map(more -> more + changes.size());
        });
    }

    private Future<List<Change>> crashOverdue(RecordingStore.Transaction transaction) {
        return transaction.lockOverdue(clock.instant(), BATCH).compose(overdue -> {
            List<Draft> drafts = overdue.stream().map(Draft::of).toList();
            Map<List<Object>, DailyDelta> deltas = new HashMap<>();
            drafts.forEach(draft -> {
                draft.crash();
                draft.addDeltas(delta -> deltas.merge(
                        List.of(delta.ownerId(), delta.workflowId(), delta.day()), delta, DailyDelta::plus));
            });
            transaction.finish(drafts.stream().map(Draft::row).toList());
            transaction.addDurations(BatchPlan.durations(drafts));
            transaction.addDaily(deltas.values());
            return transaction.commit().map(done -> drafts.stream()
                    .map(draft -> new Change(ExecutionStatus.RUNNING, draft.head()))
                    .toList());
        });
    }
}
