package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns;
import dev.runlog.contract.fair.FairTurns.Turn;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Starts operations on the event loop; owners take turns. Parsing, checking and starting an operation may occupy the
 * event loop for a few milliseconds. Regardless of the number of operations that one owner sends, another owner waits
 * for at most one of them.
 */
final class OperationTurns {
    /**
     * Time for operations within one turn of the event loop. Starting several short ones together saves system calls.
     */
    private static final long NANOS_AT_ONCE = TimeUnit.MILLISECONDS.toNanos(1);

    private final FairTurns<Promise<Void>> turns;
    private long nanosUsed;
    private boolean scheduled;

    /** At most {@code waitingMax} operations wait; further ones fail with {@code OVERLOADED}. */
    OperationTurns(int waitingMax) {
        this.turns = new FairTurns<>("operations", 1, 0, waitingMax, 1);
    }

    /** Starts an operation now if the event loop has time, else in the owner's turn. Used on one event loop. */
    <T> Future<T> start(String owner, Supplier<Future<T>> operation) {
        ContextInternal context = ContextInternal.current();
        if (context == null) {
            return operation.get();
        }
        // The promise belongs to the caller's context, so the operation starts there, no matter which context completes
        // the promise.
        Promise<Void> turn = context.promise();
        Future<T> result = turn.future().compose(ready -> operation.get());
        try {
            turns.add(owner, turn, System.nanoTime());
        } catch (RunlogException noRoom) {
            return Future.failedFuture(noRoom);
        }
        startSome(context);
        return result;
    }

    private void startSome(Context context) {
        while (nanosUsed < NANOS_AT_ONCE) {
            Turn<Promise<Void>> turn = turns.next();
            if (turn == null) {
                break;
            }
            long startedAt = System.nanoTime();
            turn.task().complete();
            long nanos = System.nanoTime() - startedAt;
            nanosUsed += nanos;
            turns.end(turn, nanos);
        }
        if (!scheduled && nanosUsed > 0) {
            scheduled = true;
            // After everything that is already queued on the event loop.
            context.runOnContext(later -> {
                scheduled = false;
                nanosUsed = 0;
                startSome(context);
            });
        }
    }
}
