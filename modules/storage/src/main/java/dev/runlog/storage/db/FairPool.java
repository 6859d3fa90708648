package dev.runlog.storage.db;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns;
import dev.runlog.contract.fair.FairTurns.Turn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lends connections to owners in fair turns (see {@link FairTurns}), with a limit on the wait. */
final class FairPool {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final GuardedPool pool;
    private final FairTurns<Request> turns;
    private final long waitNanos;
    private boolean timerSet;

    /**
     * Wraps a pool with as many connections as there are concurrent turns.
     *
     * @param wait maximum wait for a turn; after it the caller gets {@code OVERLOADED}
     */
    FairPool(Vertx vertx, GuardedPool pool, FairTurns<Request> turns, Duration wait) {
        this.vertx = vertx;
        this.pool = pool;
        this.turns = turns;
        this.waitNanos = wait.toNanos();
    }

    /** Runs work with a connection when it is the owner's turn, and charges the owner for its time. */
    <T> Future<T> use(String owner, Function<SqlConnection, Future<T>> work) {
        Request request = new Request(Promise.promise());
        try {
            synchronized (this) {
                turns.add(owner, request, System.nanoTime());
            }
        } catch (RunlogException noRoom) {
            return Future.failedFuture(noRoom);
        }
        beginTurns();
        return request.turn.future().compose(turn -> {
            long start = System.nanoTime();
            return pool.use(work).onComplete(done -> end(turn, System.nanoTime() - start));
        });
    }

    Future<Void> close() {
        return pool.close();
    }

    private void beginTurns() {
        for (Turn<Request> turn = next(); turn != null; turn = next()) {
            turn.task().turn.complete(turn);
        }
        setTimer();
    }

    private synchronized @Nullable Turn<Request> next() {
        return turns.next();
    }

    private void end(Turn<Request> turn, long nanos) {
        synchronized (this) {
            turns.end(turn, nanos);
        }
        beginTurns();
    }

    private synchronized void setTimer() {
        if (timerSet || turns.waiting() == 0) {
            return;
        }
        timerSet = true;
        long now = System.nanoTime();
        long millis = TimeUnit.NANOSECONDS.toMillis(turns.oldestSince(now) + waitNanos - now);
        vertx.setTimer(Math.max(1, millis), timer -> refuseExpired());
    }

    private void refuseExpired() {
        List<Request> expired = new ArrayList<>();
        synchronized (this) {
            timerSet = false;
            expired.addAll(turns.removeWaitingSince(System.nanoTime() - waitNanos));
        }
        expired.forEach(request ->
                request.turn.fail(RunlogException.overloaded("The database is too busy for this read.", RETRY_AFTER)));
        setTimer();
    }

    /** A caller waiting for a turn. */
    static final class Request {
        private final Promise<Turn<Request>> turn;

        private Request(Promise<Turn<Request>> turn) {
            this.turn = turn;
        }
    }
}
