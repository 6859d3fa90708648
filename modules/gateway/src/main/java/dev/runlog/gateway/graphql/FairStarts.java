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
 * Begins operations on the event loop, in fair turns of their owners. Parsing, checking and beginning an operation
 * holds the event loop for up to some milliseconds. Whatever one owner sends at once, an operation of another begins
 * after the one that is just being begun.
 */
final class FairStarts {
    /** Short operations that come together begin together, which spares system calls. */
    private static final long NANOS_AT_ONCE = TimeUnit.MILLISECONDS.toNanos(1);

    private final FairTurns<Promise<Void>> turns;
    private long nanosUsed;
    private boolean scheduled;

    /** At most so many operations wait; beyond that their callers get {@code OVERLOADED}. */
    FairStarts(int waitingMax) {
        this.turns = new FairTurns<>("operations", 1, 0, waitingMax, 1);
    }

    /** Begins an operation now if the event loop has time, else when it is the owner's turn. Runs on one event loop. */
    <T> Future<T> begin(String owner, Supplier<Future<T>> operation) {
        ContextInternal context = ContextInternal.current();
        if (context == null) {
            return operation.get();
        }
        // Of the caller's context, which the operation begins in, whoever's turn ends before.
        Promise<Void> turn = context.promise();
        Future<T> result = turn.future().compose(begun -> operation.get());
        try {
            turns.add(owner, turn, System.nanoTime());
        } catch (RunlogException noRoom) {
            return Future.failedFuture(noRoom);
        }
        beginSome(context);
        return result;
    }

    private void beginSome(Context context) {
        while (nanosUsed < NANOS_AT_ONCE) {
            Turn<Promise<Void>> turn = turns.next();
            if (turn == null) {
                break;
            }
            long start = System.nanoTime();
            turn.task().complete();
            long nanos = System.nanoTime() - start;
            nanosUsed += nanos;
            turns.end(turn, nanos);
        }
        if (!scheduled && nanosUsed > 0) {
            scheduled = true;
            // Behind what the event loop has to do by now.
            context.runOnContext(later -> {
                scheduled = false;
                nanosUsed = 0;
                beginSome(context);
            });
        }
    }
}
