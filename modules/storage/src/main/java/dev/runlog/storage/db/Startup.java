package dev.runlog.storage.db;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/** Waits for the database while a module starts: a busy machine may take longer than usual to accept a connection. */
public final class Startup {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private Startup() {}

    /** Runs a statement, again if the database is unavailable, for {@code database.start-wait} at most. */
    public static <T> Future<T> untilAvailable(Vertx vertx, DatabaseConfig config, Supplier<Future<T>> statement) {
        return untilAvailable(vertx, System.nanoTime() + config.startWait().toNanos(), statement);
    }

    private static <T> Future<T> untilAvailable(Vertx vertx, long deadline, Supplier<Future<T>> statement) {
        return statement
                .get()
                .recover(failure -> WriteFailure.of(failure) == WriteFailure.UNAVAILABLE
                                && System.nanoTime() - deadline < 0
                        ? vertx.timer(PAUSE.toMillis()).compose(done -> untilAvailable(vertx, deadline, statement))
                        : Future.failedFuture(failure));
    }
}
