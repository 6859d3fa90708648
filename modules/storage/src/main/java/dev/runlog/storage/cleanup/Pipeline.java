package dev.runlog.storage.cleanup;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Sends statements on one connection without waiting for each answer, which saves round trips. */
final class Pipeline {
    private Pipeline() {}

    /**
     * Succeeds when all have succeeded. Fails with the first failure in their order, because later ones only report an
     * aborted transaction.
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

    /** Runs work in a transaction, and commits it, or rolls it back if the work fails. */
    static <T> Future<T> transaction(SqlConnection connection, String begin, Supplier<Future<T>> work) {
        return transaction(connection, begin, work, Future::succeededFuture);
    }

    /** The same, but sends the last statement together with the commit. */
    static <R, T> Future<T> transaction(
            SqlConnection connection, String begin, Supplier<Future<R>> work, Function<R, Future<T>> last) {
        Future<?> begun = connection.query(begin).execute();
        // Does not wait for the answer to BEGIN.
        Future<R> worked = Future.succeededFuture().compose(sent -> work.get());
        return orRollback(connection, inTurn(List.of(begun, worked)).compose(done -> {
            Future<T> result = last.apply(worked.result());
            Future<?> committed = connection.query("COMMIT").execute();
            return inTurn(List.of(result, committed)).map(over -> result.result());
        }));
    }

    /** Rolls back the transaction if its work fails. */
    static <T> Future<T> orRollback(SqlConnection connection, Future<T> work) {
        return work.recover(failure ->
                connection.query("ROLLBACK").execute().otherwiseEmpty().compose(done -> Future.failedFuture(failure)));
    }
}
