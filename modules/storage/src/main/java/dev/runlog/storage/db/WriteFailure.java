package dev.runlog.storage.db;

import dev.runlog.contract.error.RunlogException;
import io.vertx.pgclient.PgException;
import java.time.Duration;

/** What a failed write asks of its writer. */
public enum WriteFailure {
    /** Another writer was in the way (deadlock, the same new row); the same again succeeds. */
    CONTENTION,
    /** A day's partition is missing, for it was dropped or another node's; made, the same again succeeds. */
    NO_PARTITION,
    /** A row of the batch cannot be stored; the others can. */
    BAD_ROW,
    /** The database is away, full or too slow; it may take the same later. */
    AWAY;

    private static final String DISK_FULL = "53100";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_FULL = Duration.ofSeconds(10);

    public static WriteFailure of(Throwable failure) {
        if (!(failure instanceof PgException refused)) {
            // The driver refuses values by these; a lost connection comes as an IOException or VertxException.
            return failure instanceof IllegalArgumentException
                            || failure instanceof ClassCastException
                            || failure instanceof NullPointerException
                            || failure instanceof IllegalStateException
                    ? BAD_ROW
                    : AWAY;
        }
        String state = refused.getSqlState();
        // 55P03: somebody held a lock for longer than lock_timeout. 42P07, 42P16: two servers made the same partition,
        // and one did not see the other's yet.
        if (state.equals("40P01")
                || state.equals("40001")
                || state.equals("23505")
                || state.equals("55P03")
                || state.equals("42P07")
                || state.equals("42P16")) {
            return CONTENTION;
        }
        String message = refused.getErrorMessage();
        if (state.equals("23514") && message != null && message.startsWith("no partition of relation")) {
            return NO_PARTITION;
        }
        if (!"ERROR".equals(refused.getSeverity())) {
            // FATAL and PANIC end the connection.
            return AWAY;
        }
        // 08 connection, 53 resources, 57 shutdown or timeout, 58 input or output, 25006 a standby or a server that was
        // made read-only: no row is to blame.
        return state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("57")
                        || state.startsWith("58")
                        || state.equals("25006")
                        || isDiskFull(refused)
                ? AWAY
                : BAD_ROW;
    }

    /** What callers get while the database is {@link #AWAY}. */
    public static RunlogException overloaded(Throwable failure) {
        return failure instanceof PgException refused && isDiskFull(refused)
                ? RunlogException.overloaded("The database has no disk space left.", RETRY_AFTER_FULL)
                : RunlogException.overloaded("The database does not answer.", RETRY_AFTER);
    }

    /** PostgreSQL has no code for a quota that is used up. */
    private static boolean isDiskFull(PgException refused) {
        String message = refused.getErrorMessage();
        return DISK_FULL.equals(refused.getSqlState()) || message != null && message.contains("Disk quota exceeded");
    }
}
