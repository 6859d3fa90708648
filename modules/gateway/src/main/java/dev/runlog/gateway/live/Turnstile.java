package dev.runlog.gateway.live;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Lets so many through at once and the rest wait their turn: when thousands come back at the same moment, their
 * snapshots must not take the connections of everybody else. On one event loop.
 */
final class Turnstile {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    Turnstile(int atOnceMax) {
        this.free = atOnceMax;
    }

    <T> Future<T> pass(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        Runnable turn = () -> work.get().onComplete(result -> {
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
