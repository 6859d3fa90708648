package dev.runlog.recording;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of events with one writer. An idle writer takes what there is at once, so that a lone event waits for
 * nobody; while it is at work, the next batch gathers. All events of an execution go by one lane, in their order.
 */
final class Lane {
    private final Function<List<QueuedEvent>, Future<Void>> writer;
    private final Predicate<QueuedEvent> awaited;
    private final Supplier<Future<?>> linger;
    private final int eventsMax;
    private final int charsMax;
    private final FairQueue waiting = new FairQueue();
    private boolean writing;
    /** What the writer waits for while a batch gathers; null where it does not. */
    private @Nullable Future<?> lingering;

    private @Nullable Promise<Void> drained;

    /**
     * A lane of which nothing waits.
     *
     * @param awaited tells of an event whose turn has come whether it is to be written still
     * @param linger what a writer that was at work just now waits for before it writes less than a whole batch
     */
    Lane(
            Function<List<QueuedEvent>, Future<Void>> writer,
            Predicate<QueuedEvent> awaited,
            Supplier<Future<?>> linger,
            int eventsMax,
            int charsMax) {
        this.writer = writer;
        this.awaited = awaited;
        this.linger = linger;
        this.eventsMax = eventsMax;
        this.charsMax = charsMax;
    }

    void add(QueuedEvent event) {
        waiting.add(event);
    }

    /** Sets the writer to work where it is idle. */
    void flush() {
        if (writing || waiting.isEmpty() || lingering != null && !isBatchFull() && drained == null) {
            return;
        }
        lingering = null;
        List<QueuedEvent> batch = waiting.take(eventsMax, charsMax, awaited);
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

    FairQueue waiting() {
        return waiting;
    }

    /** Succeeds once everything that was taken is settled; nothing may be added any more. */
    Future<Void> drain() {
        if (!writing && waiting.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        drained = promise;
        flush();
        return promise.future();
    }

    /** Only where more came while it wrote: a lone event is answered after one transaction, whatever is configured. */
    private void linger() {
        if (isBatchFull()) {
            return;
        }
        Future<?> pause = linger.get();
        lingering = pause;
        pause.onComplete(over -> {
            // Where a batch filled meanwhile, it was written without waiting for this.
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
