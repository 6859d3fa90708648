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
 * A connection that short statements share. Each is sent behind those of other callers, those of one turn of the event
 * loop together, so that the process of the database that has answered finds the next question waiting: neither side is
 * woken for each of them (docs/decisions/0004-speed.md). It takes no more than it will soon have answered: where
 * statements wait for a disk, or for one that is stuck, they are better off side by side. A reader whose statement held up
 * the others stays away for a while.
 */
final class SharedConnection {
    /** Of how many answers their time is the mean, about. */
    private static final int ANSWERS_REMEMBERED = 8;

    /** A reader whose statement held up the others by some time stays away for this many times as long. */
    private static final int EXCLUSION_FACTOR = 100;

    private static final int READERS_EXCLUDED_MAX = 1000;

    private final GuardedPool pool;
    private final int statementsMax;
    private final long patienceNanos;

    /** Until when readers get no place because a statement of theirs took long here. */
    private final Map<String, Long> excludedUntil = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > READERS_EXCLUDED_MAX;
        }
    };

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
    SharedConnection(GuardedPool pool, int statementsMax, Duration patience) {
        this.pool = pool;
        this.statementsMax = statementsMax;
        this.patienceNanos = patience.toNanos();
    }

    /** Runs a reader's statement among those of others; {@code null} if it takes none of theirs now. */
    @Nullable
    Future<RowSet<Row>> query(String reader, String sql, Tuple arguments) {
        return query(reader, sql, arguments, Allowance.UNLIMITED);
    }

    /** The same for an answer that has an allowance, from which each row is taken. */
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
            gotOnAt = now;
        } else if (underWay == statementsMax
                || underWay * answerNanos > patienceNanos
                || now - gotOnAt > patienceNanos) {
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
        long nanos = now - gotOnAt;
        underWay--;
        answerNanos += (nanos - answerNanos) / ANSWERS_REMEMBERED;
        gotOnAt = now;
        if (nanos > patienceNanos) {
            excludedUntil.put(reader, now + nanos * EXCLUSION_FACTOR);
        }
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

        Future<RowSet<Row>> query(String sql, Tuple arguments, Allowance allowance) {
            return guard.during(() -> connection
                    .preparedQuery(sql)
                    .mapping(RowMemory.counted(allowance))
                    .execute(arguments));
        }
    }
}
