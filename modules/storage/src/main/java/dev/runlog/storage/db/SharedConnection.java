package dev.runlog.storage.db;

import dev.runlog.contract.bus.Allowance;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection that short statements share. Statements are pipelined, and those of one event loop iteration are sent
 * together. The database process finds the next statement already waiting, which saves wake-ups on both sides
 * (docs/decisions/0004-speed.md). It accepts only as many statements as it will answer soon; statements that wait for a
 * disk or a lock run better on separate connections. A reader with a slow statement is excluded for a while.
 */
final class SharedConnection {
    /** Window of the moving average of the time per answer. */
    private static final int AVERAGE_WINDOW = 8;

    /** A reader is excluded for this many times the duration of their slow statement. */
    private static final int EXCLUSION_FACTOR = 100;

    private static final int READERS_EXCLUDED_MAX = 1000;

    private final GuardedPool pool;
    private final int statementsMax;
    private final long patienceNanos;

    /** When the exclusion of a reader ends, as {@link System#nanoTime}. */
    private final Map<String, Long> excludedUntil = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > READERS_EXCLUDED_MAX;
        }
    };

    private int underWay;
    /** Time of the last answer, or of the first statement after a pause. */
    private long lastProgressAt;
    /** Moving average of the time between two answers. */
    private long answerNanos;

    private @Nullable Future<Guarded> opened;

    /**
     * @param pool opens the connection when it is first used, and again after a loss
     * @param statementsMax maximum number of running statements
     * @param patience accepts a statement only if the running ones are expected to finish within this time, and the
     *     last answer is no older
     */
    SharedConnection(GuardedPool pool, int statementsMax, Duration patience) {
        this.pool = pool;
        this.statementsMax = statementsMax;
        this.patienceNanos = patience.toNanos();
    }

    /** Runs a reader's statement; {@code null} if it is not accepted now. */
    @Nullable
    Future<RowSet<Row>> query(String reader, String sql, Tuple arguments) {
        return query(reader, sql, arguments, Allowance.UNLIMITED);
    }

    /** The same for a response with an allowance; each row is taken from it. */
    @Nullable
    Future<RowSet<Row>> query(String reader, String sql, Tuple arguments, Allowance allowance) {
        return join(reader)
                ? connection()
                        .compose(connection -> connection.query(sql, arguments, allowance))
                        .onComplete(done -> leave(reader))
                : null;
    }

    Future<Void> close() {
        return pool.close();
    }

    private synchronized boolean join(String reader) {
        long now = System.nanoTime();
        if (isExcluded(reader, now)) {
            return false;
        }
        if (underWay == 0) {
            lastProgressAt = now;
        } else if (underWay == statementsMax
                || underWay * answerNanos > patienceNanos
                || now - lastProgressAt > patienceNanos) {
            return false;
        }
        underWay++;
        return true;
    }

    private boolean isExcluded(String reader, long now) {
        if (excludedUntil.isEmpty()) {
            return false;
        }
        Long until = excludedUntil.get(reader);
        if (until != null && until - now <= 0) {
            excludedUntil.remove(reader);
            return false;
        }
        return until != null;
    }

    private synchronized void leave(String reader) {
        long now = System.nanoTime();
        long nanos = now - lastProgressAt;
        underWay--;
        answerNanos += (nanos - answerNanos) / AVERAGE_WINDOW;
        lastProgressAt = now;
        if (nanos > patienceNanos) {
            excludedUntil.put(reader, now + nanos * EXCLUSION_FACTOR);
        }
    }

    private synchronized Future<Guarded> connection() {
        Future<Guarded> current = opened;
        boolean lost = current != null
                && (current.failed()
                        || current.succeeded() && !current.result().guard().isConnected());
        if (current == null || lost) {
            current = pool.getConnection().map(Guarded::of);
            opened = current;
        }
        return current;
    }

    private record Guarded(SqlConnection connection, AnswerGuard guard) {
        static Guarded of(SqlConnection connection) {
            AnswerGuard guard = AnswerGuard.of(connection);
            guard.consolidateFlushes();
            connection.closeHandler(closed -> guard.release(connection));
            return new Guarded(connection, guard);
        }

        Future<RowSet<Row>> query(String sql, Tuple arguments, Allowance allowance) {
            return guard.during(() -> connection
                    .preparedQuery(sql)
                    .mapping(RowMemory.counted(allowance))
                    .execute(arguments));
        }
    }
}
