package dev.runlog.recording.batch;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.storage.write.RecordingTransaction;
import dev.runlog.storage.write.StoredExecution;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks executions as crashed if their heartbeat deadline has passed; without heartbeats, if they have run for longer
 * than the maximum run time; or if they have been queued for longer than the maximum time.
 */
public final class HeartbeatSweep {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatSweep.class);
    private static final int BATCH = 500;

    private final Bus bus;
    private final RecordingStore store;
    private final Clock clock;
    private final Duration runTimeMax;
    private final Duration queuedTimeMax;

    /**
     * @param runTimeMax maximum run time of an execution without heartbeats; zero means no limit
     * @param queuedTimeMax maximum time of an execution in a queue; zero means no limit
     */
    public HeartbeatSweep(Bus bus, RecordingStore store, Clock clock, Duration runTimeMax, Duration queuedTimeMax) {
        this.bus = bus;
        this.store = store;
        this.clock = clock;
        this.runTimeMax = runTimeMax;
        this.queuedTimeMax = queuedTimeMax;
    }

    /** Marks all overdue executions as crashed, in batches; returns their number. */
    public Future<Integer> runOnce() {
        return sweep(transaction -> transaction
                        .lockOverdue(clock.instant(), BATCH)
                        .compose(found -> crash(transaction, found, Draft::crash)))
                .compose(
                        crashed -> sweepOlder(runTimeMax, RecordingTransaction::lockWithoutHeartbeat, Draft::crashAfter)
                                .map(more -> crashed + more))
                .compose(crashed -> sweepOlder(queuedTimeMax, RecordingTransaction::lockQueued, Draft::crashInQueue)
                        .map(more -> crashed + more));
    }

    /** Locks some executions from before a moment. */
    private interface Lock {
        Future<List<StoredExecution>> apply(RecordingTransaction transaction, Instant before, int max);
    }

    private Future<Integer> sweepOlder(Duration max, Lock lock, BiConsumer<Draft, Duration> end) {
        return max.isZero()
                ? Future.succeededFuture(0)
                : sweep(transaction -> lock.apply(transaction, clock.instant().minus(max), BATCH)
                        .compose(found -> crash(transaction, found, draft -> end.accept(draft, max))));
    }

    private Future<Integer> sweep(Function<RecordingTransaction, Future<List<Change>>> batch) {
        return store.transaction(batch).compose(changes -> {
            if (changes.isEmpty()) {
                return Future.succeededFuture(0);
            }
            bus.publish(new ExecutionsChanged(changes));
            log.info(
                    "Marked {} executions as crashed: no heartbeat in time, or queued or running too long.",
                    changes.size());
            return changes.size() < BATCH
                    ? Future.succeededFuture(changes.size())
                    : sweep(batch).map(more -> more + changes.size());
        });
    }

    private static Future<List<Change>> crash(
            RecordingTransaction transaction, List<StoredExecution> overdue, Consumer<Draft> end) {
        Map<UUID, ExecutionStatus> before = new HashMap<>();
        overdue.forEach(stored -> before.put(stored.head().id(), stored.head().status()));
        List<Draft> drafts = overdue.stream().map(Draft::of).toList();
        drafts.forEach(end);
        transaction.finish(drafts.stream().map(Draft::row).toList());
        transaction.listUnsuccessful(
                drafts.stream().map(draft -> draft.head().id()).toList());
        transaction.addDurations(Draft.histograms(drafts));
        transaction.addDaily(Draft.deltas(drafts));
        return transaction.commit().map(done -> drafts.stream()
                .map(draft -> new Change(before.get(draft.head().id()), draft.head()))
                .toList());
    }
}
