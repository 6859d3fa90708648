package dev.runlog.storage.statistics;

import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the size of the database. */
final class DatabaseSize {
    private static final long CACHE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Database database;
    private volatile @Nullable Size size;
    private volatile long sizeReadAt;

    DatabaseSize(Database database) {
        this.database = database;
    }

    /** The size of the database and its number of executions. */
    record Size(long bytes, long executions) {
        /** The estimated size of {@code count} executions. */
        long bytesOf(double count) {
            return executions == 0 ? 0 : Math.round(count * bytes / executions);
        }
    }

    /** Cached, because reading the sizes of all files takes longer than everything else. */
    Future<@Nullable Size> get(String reader) {
        long now = System.nanoTime();
        Size known = size;
        if (known != null && now - sizeReadAt < CACHE_NANOS) {
            return Future.succeededFuture(known);
        }
        return read(reader).onSuccess(read -> {
            size = read;
            sizeReadAt = now;
        });
    }

    private Future<@Nullable Size> read(String reader) {
        Sql sql = new Sql().add("SELECT pg_database_size(current_database()) AS bytes, (");
        RollupCounts.addCount(sql, new RollupCounts.Range(null, null, null, null), Set.of());
        sql.add(") AS executions");
        return database.query(reader, "bytes-on-disk", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next())
                .map(row -> new Size(row.getLong("bytes"), row.getLong("executions")));
    }
}
