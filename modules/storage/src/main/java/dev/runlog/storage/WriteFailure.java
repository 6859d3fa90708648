package dev.runlog.storage;

import io.vertx.pgclient.PgException;

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
        // 08 connection, 53 resources, 57 shutdown or timeout, 58 input or output: nobody's row is to blame.
        return state.startsWith("08") || state.startsWith("53") || state.startsWith("57") || state.startsWith("58")
                ? AWAY
                : BAD_ROW;
    }
}
