package dev.runlog.storage.cleanup;

import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.Set;
import java.util.function.IntFunction;

/** Tries again what a lock of somebody else was in the way of, rather than let others queue behind the wait. */
final class LockRetry {
    /** How long others queue behind one attempt at most. */
    static final String PATIENCE = "SET LOCAL lock_timeout = '200ms'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK = "40P01";
    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int PAUSES_MAX = 10;

    private final Database database;

    LockRetry(Database database) {
        this.database = database;
    }

    /** Thrown by an attempt at a whole day once it finds that something stays, or that the cleanup is over. */
    static final class SomethingStays extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SomethingStays() {
            super("Something stays.", null, false, false);
        }
    }

    /** Runs work, given the number of the attempt, until it gets its locks; after some attempts it fails for good. */
    <T> Future<T> run(IntFunction<Future<T>> work) {
        return run(1, work);
    }

    /** The same; false if something stays or the locks could not be had. */
    Future<Boolean> succeeds(IntFunction<Future<Void>> work) {
        return run(work)
                .map(true)
                .recover(failure -> failure instanceof SomethingStays || isLockUnavailable(failure)
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(failure));
    }

    private <T> Future<T> run(int attempt, IntFunction<Future<T>> work) {
        return work.apply(attempt)
                .recover(failure -> isLockUnavailable(failure) && attempt < ATTEMPTS
                        ? database.pause(PAUSE.multipliedBy(Math.min(attempt, PAUSES_MAX)))
                                .compose(done -> run(attempt + 1, work))
                        : Future.failedFuture(failure));
    }

    private static boolean isLockUnavailable(Throwable failure) {
        return failure instanceof PgException refused
                && Set.of(LOCK_NOT_AVAILABLE, DEADLOCK).contains(refused.getSqlState());
    }
}
