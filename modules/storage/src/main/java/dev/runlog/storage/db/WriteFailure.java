package dev.runlog.storage.db;

import dev.runlog.contract.error.RunlogException;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.Set;

/** Classifies a failed write by how to react. */
public enum WriteFailure {
    /** Conflict with another writer, such as a deadlock or the same new row. A retry succeeds. */
    CONTENTION,
    /** The partition of a day is missing. Create it and retry. */
    NO_PARTITION,
    /** One row of the batch cannot be stored; the others can. */
    BAD_ROW,
    /** The database is unreachable, full or too slow. A later retry may succeed. */
    UNAVAILABLE;

    private static final String DISK_FULL = "53100";
    private static final String INTERNAL_ERROR = "XX000";
    /** The PostgreSQL function that reports a missing partition. Its message may be in any language. */
    private static final String FIND_PARTITION = "ExecFindPartition";
    /** PostgreSQL source files that read and write files. */
    private static final Set<String> FILE_SOURCES =
            Set.of("buffile.c", "fd.c", "md.c", "slru.c", "smgr.c", "xlog.c", "xlogutils.c");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_FULL = Duration.ofSeconds(10);

    public static WriteFailure of(Throwable failure) {
        if (failure instanceof ConcurrentChangeException) {
            return CONTENTION;
        }
        if (!(failure instanceof PgException refused)) {
            // The driver throws these for invalid values. A lost connection is an IOException or VertxException.
            return failure instanceof IllegalArgumentException
                            || failure instanceof ClassCastException
                            || failure instanceof NullPointerException
                            || failure instanceof IllegalStateException
                    ? BAD_ROW
                    : UNAVAILABLE;
        }
        String state = refused.getSqlState();
        // 55P03: lock_timeout was reached. 42P07, 42P16: two servers created the same partition at the same time.
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
        return isServerState(state) || isDiskFull(refused) || isFileError(refused) ? UNAVAILABLE : BAD_ROW;
    }

    /**
     * Whether the state of the server caused the failure: 08 connection, 28 and 3D login, 53 resources, 57 shutdown or
     * timeout, 58 input or output, 25006 read-only server, 25P03 and 25P04 timeouts, 42501 permissions, 55000 database
     * that accepts no connections. The severity would show it too, but in the language of the server.
     */
    private static boolean isServerState(String state) {
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

    /** The error for callers while the database is {@link #UNAVAILABLE}. */
    public static RunlogException overloaded(Throwable failure) {
        return failure instanceof PgException refused && isDiskFull(refused)
                ? RunlogException.overloaded("The database has no disk space left.", RETRY_AFTER_FULL)
                : RunlogException.overloaded("The database is unavailable.", RETRY_AFTER);
    }

    /** Whether an operating system error without an SQL state of its own occurred, such as an exceeded quota. */
    private static boolean isFileError(PgException refused) {
        String source = refused.getFile();
        return INTERNAL_ERROR.equals(refused.getSqlState()) && source != null && FILE_SOURCES.contains(source);
    }

    /** PostgreSQL has no SQL state for an exceeded quota, and its message is in the language of the server. */
    private static boolean isDiskFull(PgException refused) {
        String message = refused.getErrorMessage();
        return DISK_FULL.equals(refused.getSqlState()) || message != null && message.contains("Disk quota exceeded");
    }
}
