package dev.runlog.recording.queue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of events with one writer. An idle writer takes waiting events immediately, so a single event is never
 * delayed; while it writes, the next batch collects. All events of an execution use the same lane and stay in order.
 */
public final class Lane {
    private final Function<List<QueuedEvent>, Future<Void>> writer;
    private final Predicate<QueuedEvent> isAwaited;
    private final Supplier<Future<?>> linger;
    private final int eventsMax;
    private final int charsMax;
    private final FairQueue waiting = new FairQueue();
    private boolean writing;
    /** The pause in which a batch collects; null outside of one. */
    private @Nullable Future<?> lingering;

    private @Nullable Promise<Void> drained;

    /**
     * @param isAwaited whether an event must still be written when its turn has come
     * @param linger starts the pause after a batch, before a partial batch is written
     */
    public Lane(
            Function<List<QueuedEvent>, Future<Void>> writer,
            Predicate<QueuedEvent> isAwaited,
            Supplier<Future<?>> linger,
            int eventsMax,
            int charsMax) {
        this.writer = writer;
        this.isAwaited = isAwaited;
        this.linger = linger;
        this.eventsMax = eventsMax;
        this.charsMax = charsMax;
    }

    public void add(QueuedEvent event) {
        waiting.add(event);
    }

    /** Starts the writer if it is idle. */
    public void flush() {
        if (writing || waiting.isEmpty() || lingering != null && !isBatchFull() && drained == null) {
            return;
        }
        lingering = null;
        List<QueuedEvent> batch = waiting.take(eventsMax, charsMax, isAwaited);
        if (batch.isEmpty()) {
            onIdle();
            return;
        }
        writing = true;
        writer.apply(batch).onComplete(done -> {
            writing = false;
            if (waiting.isEmpty()) {
                onIdle();
            } else {
                linger();
                flush();
            }
        });
    }

    private void onIdle() {
        if (drained != null) {
            drained.tryComplete();
        }
    }

    public FairQueue waiting() {
        return waiting;
    }

    /** Succeeds once all events are settled. No event may be added afterwards. */
    public Future<Void> drain() {
        if (!writing && waiting.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        drained = promise;
        flush();
        return promise.future();
    }

    /** Called only if events arrived during a write: a single event is always written without a pause. */
    private void linger() {
        if (isBatchFull()) {
            return;
        }
        Future<?> pause = linger.get();
        lingering = pause;
        pause.onComplete(over -> {
            // A batch that filled up was written before the end of the pause.
            if (lingering == pause) {
                lingering = null;
                flush();
            }
        });
    }

    private boolean isBatchFull() {
        return waiting.events() >= eventsMax || waiting.chars() >= charsMax;
    }
}
