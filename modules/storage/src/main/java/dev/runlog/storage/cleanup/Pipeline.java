package dev.runlog.storage.cleanup;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Statements that are sent right behind each other on one connection, so that they take one wait for the database. */
final class Pipeline {
    private Pipeline() {}

    /**
     * Succeeds when all of them have. Fails with the first failure in their order; those behind it only say that the
     * transaction was aborted.
     */
    static Future<Void> inTurn(List<Future<?>> sent) {
        return Future.join(sent)
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(sent.stream()
                        .filter(Future::failed)
                        .findFirst()
                        .map(Future::cause)
                        .orElse(failure)));
    }

    /** Runs work between a beginning and a commit, or a rollback if it fails. */
    static <T> Future<T> transaction(SqlConnection connection, String begin, Supplier<Future<T>> work) {
        return transaction(connection, begin, work, Future::succeededFuture);
    }

    /** The same, whose last statement is sent with the commit right behind it. */
    static <R, T> Future<T> transaction(
            SqlConnection connection, String begin, Supplier<Future<R>> work, Function<R, Future<T>> last) {
        Future<?> begun = connection.query(begin).execute();
        // The work's first statement is sent behind the beginning without waiting for its answer.
        Future<R> worked = Future.succeededFuture().compose(sent -> work.get());
        return orRollback(connection, inTurn(List.of(begun, worked)).compose(done -> {
            Future<T> result = last.apply(worked.result());
            Future<?> committed = connection.query("COMMIT").execute();
            return inTurn(List.of(result, committed)).map(over -> result.result());
        }));
    }

    /** Undoes a transaction whose work fails. */
    static <T> Future<T> orRollback(SqlConnection connection, Future<T> work) {
        return work.recover(failure ->
                connection.query("ROLLBACK").execute().otherwiseEmpty().compose(done -> Future.failedFuture(failure)));
    }
}
