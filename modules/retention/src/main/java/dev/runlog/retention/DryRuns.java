package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs dry runs one at a time. Callers take turns, so many requests of one caller delay only that caller. */
final class DryRuns {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Room room;
    private final Duration waitMax;
    private final Map<String, Queue<Waiting>> byCaller = new HashMap<>();
    /** Callers with waiting dry runs, the next caller first. */
    private final Queue<String> turns = new ArrayDeque<>();

    private int waiting;
    private boolean running;

    DryRuns(Room room, Duration waitMax) {
        this.room = room;
        this.waitMax = waitMax;
    }

    /**
     * Runs the work in the caller's turn. Fails with {@code OVERLOADED} if the queue is full or the wait is too long.
     */
    <T> Future<T> run(String caller, boolean operator, Supplier<Future<T>> work) {
        Queue<Waiting> own = byCaller.get(caller);
        room.require(waiting, own == null ? 0 : own.size(), operator);
        if (own == null) {
            own = new ArrayDeque<>();
            byCaller.put(caller, own);
            turns.add(caller);
        }
        Promise<Void> turn = Promise.promise();
        own.add(new Waiting(turn, System.nanoTime()));
        waiting++;
        Future<T> answer = turn.future().compose(begun -> Future.succeededFuture()
                .compose(now -> work.get())
                .onComplete(done -> {
                    running = false;
                    startNext();
                }));
        startNext();
        return answer;
    }

    private void startNext() {
        while (!running) {
            Waiting next = next();
            if (next == null) {
                return;
            }
            if (System.nanoTime() - next.sinceNanos > waitMax.toNanos()) {
                next.turn.fail(RunlogException.overloaded(
                        "The dry run waited longer than retention.dry-run-wait.", RETRY_AFTER));
            } else {
                running = true;
                next.turn.complete();
            }
        }
    }

    private @Nullable Waiting next() {
        String caller = turns.poll();
        Queue<Waiting> own = caller == null ? null : byCaller.get(caller);
        if (caller == null || own == null) {
            return null;
        }
        Waiting next = own.remove();
        waiting--;
        if (own.isEmpty()) {
            byCaller.remove(caller);
        } else {
            turns.add(caller);
        }
        return next;
    }

    private record Waiting(Promise<Void> turn, long sinceNanos) {}
}
