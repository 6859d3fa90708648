package dev.runlog.gateway.live;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Limits the number of operations that run at once; others wait in order. When thousands of subscribers reconnect at
 * the same moment, their snapshots must not use up the database connections. Used on one event loop.
 */
final class ConcurrencyLimit {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    ConcurrencyLimit(int concurrentMax) {
        this.free = concurrentMax;
    }

    <T> Future<T> run(Supplier<Future<T>> operation) {
        Promise<T> done = Promise.promise();
        Runnable turn = () -> operation.get().onComplete(result -> {
            free++;
            if (!waiting.isEmpty()) {
                free--;
                waiting.remove().run();
            }
            done.handle(result);
        });
        if (free > 0) {
            free--;
            turn.run();
        } else {
            waiting.add(turn);
        }
        return done.future();
    }
}
