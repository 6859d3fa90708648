package dev.runlog.storage.db;

import dev.runlog.contract.error.RunlogException;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.Set;

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
    private static final String INTERNAL_ERROR = "XX000";
    /** The function of PostgreSQL that fails where a row has no partition; messages may be in any language. */
    private static final String FIND_PARTITION = "ExecFindPartition";
    /** The parts of PostgreSQL that read and write files. */
    private static final Set<String> FILE_SOURCES =
            Set.of("buffile.c", "fd.c", "md.c", "slru.c", "smgr.c", "xlog.c", "xlogutils.c");

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
        if (state.equals("23514") && FIND_PARTITION.equals(refused.getRoutine())) {
            return NO_PARTITION;
        }
        return isOfServer(state) || isDiskFull(refused) || isOfFiles(refused) ? AWAY : BAD_ROW;
    }

    /**
     * Whether no row is to blame: 08 connection, 28 and 3D login, 53 resources, 57 shutdown or timeout, 58 input or
     * output, 25006 a standby or a server that was made read-only, 25P03 and 25P04 timeouts, 42501 a permission, 55000 a
     * database that lets nobody in. The severity would say so, too, but in the language of the server.
     */
    private static boolean isOfServer(String state) {
        return state.startsWith("08")
                || state.startsWith("28")
                || state.startsWith("3D")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58")
                || state.equals("25006")
                || state.equals("25P03")
                || state.equals("25P04")
                || state.equals("42501")
                || state.equals("55000");
    }

    /** What callers get while the database is {@link #AWAY}. */
    public static RunlogException overloaded(Throwable failure) {
        return failure instanceof PgException refused && isDiskFull(refused)
                ? RunlogException.overloaded("The database has no disk space left.", RETRY_AFTER_FULL)
                : RunlogException.overloaded("The database does not answer.", RETRY_AFTER);
    }

    /** Errors of the operating system without a code of their own, such as a quota that is used up. */
    private static boolean isOfFiles(PgException refused) {
        String source = refused.getFile();
        return INTERNAL_ERROR.equals(refused.getSqlState()) && source != null && FILE_SOURCES.contains(source);
    }

    /** PostgreSQL has no code for a quota that is used up; its message is in the language of the server. */
    private static boolean isDiskFull(PgException refused) {
        String message = refused.getErrorMessage();
        return DISK_FULL.equals(refused.getSqlState()) || message != null && message.contains("Disk quota exceeded");
    }
}
