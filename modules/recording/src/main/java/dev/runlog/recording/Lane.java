package dev.runlog.recording;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A queue of events with one writer. An idle writer takes what there is at once, so that a lone event waits for
 * nobody; while it is at work, the next batch gathers. All events of an execution go by one lane, in their order.
 */
final class Lane {
    private final Function<List<QueuedEvent>, Future<Void>> writer;
    private final int eventsMax;
    private final int charsMax;
    private final Queue<QueuedEvent> waiting = new ArrayDeque<>();
    private long charsWaiting;
    private boolean writing;
    private @Nullable Promise<Void> drained;

    Lane(Function<List<QueuedEvent>, Future<Void>> writer, int eventsMax, int charsMax) {
        this.writer = writer;
        this.eventsMax = eventsMax;
        this.charsMax = charsMax;
    }

    void add(QueuedEvent event) {
        waiting.add(event);
        charsWaiting += event.event().chars();
    }

    /** Sets the writer to work where it is idle. */
    void flush() {
        if (writing || waiting.isEmpty()) {
            return;
        }
        writing = true;
        writer.apply(next()).onComplete(done -> {
            writing = false;
            if (waiting.isEmpty() && drained != null) {
                drained.tryComplete();
            }
            flush();
        });
    }

    int eventsWaiting() {
        return waiting.size();
    }

    long charsWaiting() {
        return charsWaiting;
    }

    /** Succeeds once everything that was taken is settled; nothing may be added any more. */
    Future<Void> drain() {
        if (!writing && waiting.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        drained = promise;
        return promise.future();
    }

    private List<QueuedEvent> next() {
        List<QueuedEvent> batch = new ArrayList<>(Math.min(waiting.size(), eventsMax));
        long chars = 0;
        for (QueuedEvent head = waiting.peek();
                head != null && batch.size() < eventsMax && (batch.isEmpty() || chars < charsMax);
                head = waiting.peek()) {
            batch.add(waiting.remove());
            chars += head.event().chars();
        }
        charsWaiting -= chars;
        return batch;
    }
}
