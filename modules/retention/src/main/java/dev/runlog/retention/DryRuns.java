package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns;
import dev.runlog.contract.fair.FairTurns.Turn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Supplier;

/** Runs dry runs one at a time. Callers take turns, so many requests of one caller delay only that caller. */
final class DryRuns {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Room room;
    private final Duration waitMax;
    /** {@link Room} limits the number that wait. */
    private final FairTurns<Request> turns = new FairTurns<>("dry runs", 1, 0, Integer.MAX_VALUE, Integer.MAX_VALUE);

    DryRuns(Room room, Duration waitMax) {
        this.room = room;
        this.waitMax = waitMax;
    }

    /**
     * Runs the work in the caller's turn. Fails with {@code OVERLOADED} if the queue is full or the wait is too long.
     */
    <T> Future<T> run(String caller, boolean operator, Supplier<Future<T>> work) {
        room.require(turns.waiting(), turns.waiting(caller), operator);
        Promise<Void> turn = Promise.promise();
        Future<T> answer = turn.future().compose(started -> work.get());
        turns.add(caller, new Request(turn, answer), System.nanoTime());
        startNext();
        return answer;
    }

    private void startNext() {
        long startedAt = System.nanoTime();
        turns.removeWaitingSince(startedAt - waitMax.toNanos())
                .forEach(late -> late.turn.fail(RunlogException.overloaded(
                        "The dry run waited longer than retention.dry-run-wait.", RETRY_AFTER)));
        Turn<Request> next = turns.next();
        if (next != null) {
            next.task().answer.onComplete(done -> {
                turns.end(next, System.nanoTime() - startedAt);
                startNext();
            });
            next.task().turn.complete();
        }
    }

    private record Request(Promise<Void> turn, Future<?> answer) {}
}
