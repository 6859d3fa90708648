package dev.runlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * New executions of this minute, made in the database and written out before anything is measured, so that neither side
 * has the work of making them.
 */
record StagedRows(int count, Path directory, String name) {
    private static final String TABLE = "bench_staged";
    private static final AtomicInteger numbers = new AtomicInteger();
    private static final long SPAN_MILLIS = 30_000;

    /** Makes some that are over. */
    static StagedRows make(Bench bench, int count) {
        StagedRows rows = new StagedRows(count, bench.directory(), "staged-" + numbers.incrementAndGet());
        // The seed carries the moment, as a kept database may have rows of an earlier run.
        long now = System.currentTimeMillis();
        bench.database().execute("DROP TABLE IF EXISTS " + TABLE);
        bench.database()
                .execute("CREATE UNLOGGED TABLE " + TABLE + " AS "
                        + DataSetSql.rows(
                                bench.set(),
                                rows.name + "-" + now,
                                0,
                                count,
                                now - SPAN_MILLIS,
                                (double) SPAN_MILLIS / count,
                                Long.MAX_VALUE));
        return rows;
    }

    /** As COPY takes them. */
    Path copyFile(Bench bench) {
        Path file = directory.resolve(name + ".copy");
        bench.database().copyTo("SELECT " + DataSetSql.COLUMNS + " FROM " + TABLE + " ORDER BY id", file);
        return file;
    }

    /** As {@code POST /events} takes them. */
    Path eventFile(Bench bench, String kind) {
        Path file = directory.resolve(name + "." + kind);
        bench.database().writeLines(DataSetSql.events(TABLE, kind), file);
        return file;
    }

    /** Leaves nothing of it in a database that is kept. */
    static void drop(Postgres database) {
        database.execute("DROP TABLE IF EXISTS " + TABLE);
    }

    static void delete(Path... files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new BenchFailure("A file cannot be deleted: " + failure.getMessage(), failure);
        }
    }
}
