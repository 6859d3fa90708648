package dev.runlog.storage.db;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A pool of guarded connections that lends each within a bounded time. The driver's own bound is not used: where its
 * timer and a connection that fails meet, {@code SqlConnectionPool} throws a {@code NullPointerException} ("lease" is
 * null, 5.0.10) and the caller waits for ever, and with it everybody behind.
 */
public final class GuardedPool {
    private final Pool pool;
    private final Duration wait;

    /** Wraps a pool whose connections have an {@link AnswerGuard}. */
    GuardedPool(Pool pool, Duration wait) {
        this.pool = pool;
        this.wait = wait;
    }

    /** Lends a connection to the work, and takes it back when the work is over. */
    public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return getConnection().compose(connection -> {
            AnswerGuard guard = AnswerGuard.of(connection);
            return guard.during(() -> work.apply(connection)).eventually(() -> guard.giveBack(connection));
        });
    }

    /** Returns a connection that the caller gives back; fails if there is none in time. */
    Future<SqlConnection> getConnection() {
        Future<SqlConnection> acquired = pool.getConnection();
        return acquired.timeout(wait.toMillis(), TimeUnit.MILLISECONDS).onFailure(failure -> {
            if (failure instanceof TimeoutException) {
                acquired.onSuccess(late -> AnswerGuard.of(late).giveBack(late));
            }
        });
    }

    public Future<Void> close() {
        return pool.close();
    }
}
