package dev.runlog.storage.db;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A pool of guarded connections with a limit on the wait. The driver's own limit is not used: if its timer fires while
 * a connection fails, {@code SqlConnectionPool} throws a {@code NullPointerException} ("lease" is null, 5.0.10), and
 * the caller and all later ones wait forever.
 */
public final class GuardedPool {
    private final Pool pool;
    private final Duration wait;

    /** Wraps a pool whose connections have an {@link AnswerGuard}. */
    GuardedPool(Pool pool, Duration wait) {
        this.pool = pool;
        this.wait = wait;
    }

    /** Runs work with a connection and releases it afterwards. */
    public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return getConnection().compose(connection -> {
            AnswerGuard guard = AnswerGuard.of(connection);
            return guard.during(() -> work.apply(connection)).eventually(() -> guard.release(connection));
        });
    }

    /** Returns a connection that the caller must release; fails if none is available in time. */
    Future<SqlConnection> getConnection() {
        Future<SqlConnection> acquired = pool.getConnection();
        return acquired.timeout(wait.toMillis(), TimeUnit.MILLISECONDS).onFailure(failure -> {
            if (failure instanceof TimeoutException) {
                acquired.onSuccess(late -> AnswerGuard.of(late).release(late));
            }
        });
    }

    public Future<Void> close() {
        return pool.close();
    }
}
