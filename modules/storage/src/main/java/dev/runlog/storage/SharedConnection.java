package dev.runlog.storage;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection that short statements share. Each is sent behind those of other callers, those of one turn of the event
 * loop together, so that the process of the database that has answered finds the next question waiting: neither side is
 * woken for each of them (docs/decisions/0004-speed.md). It takes no more than it will soon have answered: where
 * statements wait for a disk, or for one that is stuck, they are better off side by side.
 */
final class SharedConnection {
    /** Of how many answers their time is the mean, about. */
    private static final int ANSWERS_REMEMBERED = 8;

    private final Pool pool;
    private final int statementsMax;
    private final long patienceNanos;

    private int underWay;
    /** When it had answered last, or began to have something to answer. */
    private long gotOnAt;
    /** From one answer to the next, lately. */
    private long answerNanos;

    private @Nullable Future<Guarded> opened;

    /**
     * @param pool from which it is taken when it is first wanted, and again where it was lost
     * @param statementsMax how many statements are under way at the most
     * @param patience how long those that are under way may take, or have taken without an answer, where it takes more
     */
    SharedConnection(Pool pool, int statementsMax, Duration patience) {
        this.pool = pool;
        this.statementsMax = statementsMax;
        this.patienceNanos = patience.toNanos();
    }

    /** Runs a statement among those of others; {@code null} where it takes none now. */
    @Nullable
    Future<RowSet<Row>> query(String sql, Tuple arguments) {
        return join()
                ? connection()
                        .compose(connection -> connection.query(sql, arguments))
                        .onComplete(done -> leave())
                : null;
    }

    Future<Void> close() {
        return pool.close();
    }

    private synchronized boolean join() {
        long now = System.nanoTime();
        if (underWay == 0) {
            gotOnAt = now;
        } else if (underWay == statementsMax
                || underWay * answerNanos > patienceNanos
                || now - gotOnAt > patienceNanos) {
            return false;
        }
        underWay++;
        return true;
    }

    private synchronized void leave() {
        long now = System.nanoTime();
        underWay--;
        answerNanos += (now - gotOnAt - answerNanos) / ANSWERS_REMEMBERED;
        gotOnAt = now;
    }

    private synchronized Future<Guarded> connection() {
        Future<Guarded> present = opened;
        boolean lost = present != null
                && (present.failed()
                        || present.succeeded() && !present.result().guard().isConnected());
        if (present == null || lost) {
            present = pool.getConnection().map(Guarded::of);
            opened = present;
        }
        return present;
    }

    private record Guarded(SqlConnection connection, AnswerGuard guard) {
        static Guarded of(SqlConnection connection) {
            AnswerGuard guard = AnswerGuard.of(connection);
            guard.holdFlushes();
            connection.closeHandler(closed -> guard.giveBack(connection));
            return new Guarded(connection, guard);
        }

        Future<RowSet<Row>> query(String sql, Tuple arguments) {
            return guard.during(() -> connection.preparedQuery(sql).execute(arguments));
        }
    }
}
