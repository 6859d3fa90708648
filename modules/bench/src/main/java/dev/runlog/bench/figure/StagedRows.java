package dev.runlog.bench.figure;

import dev.runlog.bench.database.DataSetSql;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.support.BenchFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** New executions of the current minute, generated in the database and written to files before the measurement. */
public record StagedRows(int count, Path directory, String name) {
    private static final String TABLE = "bench_staged";
    private static final AtomicInteger numbers = new AtomicInteger();
    private static final long SPAN_MILLIS = 30_000;

    /** Generates finished executions. */
    public static StagedRows make(Bench bench, int count) {
        StagedRows rows = new StagedRows(count, bench.directory(), "staged-" + numbers.incrementAndGet());
        // The seed contains the time, because a kept database may have rows of an earlier run.
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

    /** Writes them for COPY. */
    public Path copyFile(Bench bench) {
        Path file = directory.resolve(name + ".copy");
        bench.database().copyTo("SELECT " + DataSetSql.COLUMNS + " FROM " + TABLE + " ORDER BY id", file);
        return file;
    }

    /** Writes them for {@code POST /events}. */
    public Path eventFile(Bench bench, String kind) {
        return eventFile(bench, kind, false);
    }

    /** Writes them for {@code POST /events}, with external IDs or with their own. */
    public Path eventFile(Bench bench, String kind, boolean externalIds) {
        Path file = directory.resolve(name + "." + kind);
        bench.database().writeLines(DataSetSql.events(TABLE, kind, externalIds), file);
        return file;
    }

    /** Removes the table from a kept database. */
    public static void drop(Postgres database) {
        database.execute("DROP TABLE IF EXISTS " + TABLE);
    }

    public static void delete(Path... files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new BenchFailure("Cannot delete a file: " + failure.getMessage(), failure);
        }
    }
}
