package dev.runlog.storage.cleanup;

import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** Retries work that cannot get its locks. A longer wait would make other statements queue behind it. */
final class LockRetry {
    /** Limits how long other statements queue behind one attempt. */
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

    /** Thrown if a day cannot be dropped or rewritten: an execution on it is kept, or the cleanup has ended. */
    static final class DayIsKept extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DayIsKept() {
            super("An execution of the day is kept, or the cleanup has ended.", null, false, false);
        }
    }

    /** Runs work until it gets its locks. Fails after a limited number of attempts. */
    <T> Future<T> run(Supplier<Future<T>> work) {
        return run(1, work);
    }

    /** The same, but returns false if the day is kept or the locks are unavailable. */
    Future<Boolean> succeeds(Supplier<Future<Void>> work) {
        return run(work)
                .map(true)
                .recover(failure -> failure instanceof DayIsKept || isLockUnavailable(failure)
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(failure));
    }

    private <T> Future<T> run(int attempt, Supplier<Future<T>> work) {
        return work.get()
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
