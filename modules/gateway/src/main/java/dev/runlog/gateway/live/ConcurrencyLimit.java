package dev.runlog.gateway.live;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of operations that run at once; others wait in order. When thousands of subscribers reconnect at
 * the same moment, their snapshots must not use up the database connections. Thread-safe.
 */
final class ConcurrencyLimit {
    private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
    private int free;

    ConcurrencyLimit(int concurrentMax) {
        this.free = concurrentMax;
    }

    /** Runs an operation on the caller's context, now or when another one ends. */
    <T> Future<T> run(Supplier<Future<T>> operation) {
        return turn().compose(ready -> operation.get()).onComplete(done -> end());
    }

    private synchronized Future<Void> turn() {
        if (free > 0) {
            free--;
            return Future.succeededFuture();
        }
        ContextInternal context = ContextInternal.current();
        Promise<Void> turn = context == null ? Promise.promise() : context.promise();
        waiting.add(turn);
        return turn.future();
    }

    private void end() {
        Promise<Void> next = nextOrFree();
        if (next != null) {
            next.complete();
        }
    }

    private synchronized @Nullable Promise<Void> nextOrFree() {
        Promise<Void> next = waiting.poll();
        if (next == null) {
            free++;
        }
        return next;
    }
}
