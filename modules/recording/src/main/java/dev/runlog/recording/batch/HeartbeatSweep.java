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
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks executions as crashed if their heartbeat deadline has passed or, without heartbeats, if they have run for
 * longer than the maximum run time.
 */
public final class HeartbeatSweep {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatSweep.class);
    private static final int BATCH = 500;

    private final Bus bus;
    private final RecordingStore store;
    private final Clock clock;
    private final Duration runTimeMax;

    /** @param runTimeMax maximum run time of an execution without heartbeats; zero means no limit */
    public HeartbeatSweep(Bus bus, RecordingStore store, Clock clock, Duration runTimeMax) {
        this.bus = bus;
        this.store = store;
        this.clock = clock;
        this.runTimeMax = runTimeMax;
    }

    /** Marks all overdue executions as crashed, in batches; returns their number. */
    public Future<Integer> runOnce() {
        Future<Integer> overdue = sweep(transaction -> transaction
                .lockOverdue(clock.instant(), BATCH)
                .compose(found -> crash(transaction, found, Draft::crash)));
        return runTimeMax.isZero()
                ? overdue
                : overdue.compose(crashed -> sweep(transaction -> transaction
                                .lockWithoutHeartbeat(clock.instant().minus(runTimeMax), BATCH)
                                .compose(found -> crash(transaction, found, draft -> draft.crashAfter(runTimeMax))))
                        .map(more -> crashed + more));
    }

    private Future<Integer> sweep(Function<RecordingTransaction, Future<List<Change>>> batch) {
        return store.transaction(batch).compose(changes -> {
            if (changes.isEmpty()) {
                return Future.succeededFuture(0);
            }
            bus.publish(new ExecutionsChanged(changes));
            log.info("Marked {} executions as crashed: no heartbeat in time, or running too long.", changes.size());
            return changes.size() < BATCH
                    ? Future.succeededFuture(changes.size())
                    : sweep(batch).map(more -> more + changes.size());
        });
    }

    private static Future<List<Change>> crash(
            RecordingTransaction transaction, List<StoredExecution> overdue, Consumer<Draft> end) {
        List<Draft> drafts = overdue.stream().map(Draft::of).toList();
        drafts.forEach(end);
        transaction.finish(drafts.stream().map(Draft::row).toList());
        transaction.listUnsuccessful(
                drafts.stream().map(draft -> draft.head().id()).toList());
        transaction.addDurations(Draft.durations(drafts));
        transaction.addDaily(Draft.deltas(drafts));
        return transaction.commit().map(done -> drafts.stream()
                .map(draft -> new Change(ExecutionStatus.RUNNING, draft.head()))
                .toList());
    }
}
