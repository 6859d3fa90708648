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

/** Detached partitions, renamed to {@code *_gone}, until their files are removed. */
final class DetachedDays {
    private static final Logger log = LoggerFactory.getLogger(DetachedDays.class);

    /**
     * May be long, because statements no longer use these tables. Autovacuum gives way after {@code deadlock_timeout}.
     */
    private static final String FILES_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";
    /** Grouped, because each commit that removes files scans all shared buffers for their pages. */
    private static final int FILES_AT_ONCE = 4;

    /** A table takes its triggers with it. */
    private static final String FIND_LEFTOVERS = """
            SELECT 'DROP TABLE ' || relname AS statement
            FROM pg_class
            WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^(execution|step)_[0-9]{8}_(next|gone)$'
            UNION ALL
            SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass
            FROM pg_trigger
            WHERE tgname = 'runlog_change' AND tgrelid::regclass::text !~ '_(next|gone)$'
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
     * The statements that detach and rename a day's partitions. Indexes keep their names. If the day is created again,
     * its indexes get other names.
     */
    static String detach(DayTables day) {
        return day.sqlForBoth("""
                ALTER TABLE :table DETACH PARTITION :table_:day;
                ALTER TABLE :table_:day RENAME TO :table_:day_gone""");
    }

    void add(DayTables day) {
        suffixes.add(day.suffix());
    }

    /** Removes the files of some days. Returns whether there were any. */
    Future<Boolean> removeFiles() {
        List<String> some = suffixes.stream().limit(FILES_AT_ONCE).toList();
        if (some.isEmpty()) {
            return Future.succeededFuture(false);
        }
        String tables = some.stream()
                .map(suffix -> "execution_" + suffix + "_gone, step_" + suffix + "_gone")
                .collect(Collectors.joining(", "));
        return runWithTimeout(FILES_LOCK_TIMEOUT, "DROP TABLE IF EXISTS " + tables)
                .map(done -> {
                    some.forEach(suffixes::remove);
                    return true;
                });
    }

    /**
     * Removes files until the names of these days are free, in case they were recorded into after they were dropped.
     */
    Future<Void> requireRemoved(Collection<DayTables> days) {
        return days.stream().map(DayTables::suffix).noneMatch(suffixes::contains)
                ? Future.succeededFuture()
                : removeFiles().compose(done -> requireRemoved(days));
    }

    /** Removes tables, triggers and notes left by a crash or an abandoned rewrite. */
    Future<Void> removeLeftovers() {
        return connection.query(FIND_LEFTOVERS).execute().compose(rows -> {
            Future<Void> dropped = Future.succeededFuture();
            for (Row row : rows) {
                String statement = row.getString(0);
                log.info("Removing leftovers of an interrupted cleanup: {}", statement);
                dropped = dropped.compose(done -> runWithTimeout(LockRetry.PATIENCE, statement));
            }
            return dropped;
        });
    }

    private Future<Void> runWithTimeout(String lockTimeout, String statement) {
        return locks.run(() -> Pipeline.transaction(
                connection,
                "BEGIN; " + lockTimeout,
                () -> connection.query(statement).execute().mapEmpty()));
    }
}
