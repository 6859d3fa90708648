package dev.runlog.storage.cleanup;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Partitions of days that are detached, and renamed to {@code *_gone}, but whose files are still there. */
final class DetachedDays {
    private static final Logger log = LoggerFactory.getLogger(DetachedDays.class);

    /** Nobody queues behind the removal of files, and autovacuum makes way after {@code deadlock_timeout}. */
    private static final String PATIENCE_FOR_FILES = "SET LOCAL lock_timeout = '2s'";
    /** Each commit that removes files looks through all shared buffers for their pages. */
    private static final int FILES_AT_ONCE = 4;

    private static final String LEFT_OVER = """
            SELECT 'DROP TABLE ' || relname AS statement
            FROM pg_class
            WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^(execution|step)_[0-9]{8}_(next|gone)$'
            UNION ALL
            SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass
            FROM pg_trigger
            WHERE tgname = 'runlog_change'
            UNION ALL
            SELECT 'TRUNCATE partition_change'
            WHERE EXISTS (SELECT FROM partition_change)
            ORDER BY statement
            """;

    private final SqlConnection connection;
    private final LockRetry locks;
    private final Deque<String> suffixes = new ArrayDeque<>();

    DetachedDays(SqlConnection connection, LockRetry locks) {
        this.connection = connection;
        this.locks = locks;
    }

    /**
     * The statements that detach a day's partitions. Indexes keep their names: those of partitions that are created again
     * get other ones.
     */
    static String detach(String suffix) {
        return """
                ALTER TABLE execution DETACH PARTITION execution_:day;
                ALTER TABLE step DETACH PARTITION step_:day;
                ALTER TABLE execution_:day RENAME TO execution_:day_gone;
                ALTER TABLE step_:day RENAME TO step_:day_gone""".replace(":day", suffix);
    }

    void add(String suffix) {
        suffixes.add(suffix);
    }

    /** Removes the files of some days; returns whether there were any. */
    Future<Boolean> removeFiles() {
        List<String> some = suffixes.stream().limit(FILES_AT_ONCE).toList();
        if (some.isEmpty()) {
            return Future.succeededFuture(false);
        }
        String tables = some.stream()
                .map(suffix -> "execution_" + suffix + "_gone, step_" + suffix + "_gone")
                .collect(Collectors.joining(", "));
        return patiently(PATIENCE_FOR_FILES, "DROP TABLE IF EXISTS " + tables).map(done -> {
            some.forEach(suffixes::remove);
            return true;
        });
    }

    /** Removes files until the names of days can be used again: a day was recorded into after it was dropped. */
    Future<Void> requireRemoved(Collection<CleanupDay> days) {
        return days.stream().map(CleanupDay::suffix).noneMatch(suffixes::contains)
                ? Future.succeededFuture()
                : removeFiles().compose(done -> requireRemoved(days));
    }

    /** Drops what a crash, or an attempt that was given up, has left. */
    Future<Void> dropLeftOvers() {
        return connection.query(LEFT_OVER).execute().compose(rows -> {
            Future<Void> dropped = Future.succeededFuture();
            for (Row row : rows) {
                String statement = row.getString(0);
                log.info("A cleanup was interrupted: {}", statement);
                dropped = dropped.compose(done -> patiently(LockRetry.PATIENCE, statement));
            }
            return dropped;
        });
    }

    private Future<Void> patiently(String patience, String statement) {
        return locks.run(attempt -> Pipeline.transaction(
                connection,
                "BEGIN; " + patience,
                () -> connection.query(statement).execute().mapEmpty()));
    }
}
