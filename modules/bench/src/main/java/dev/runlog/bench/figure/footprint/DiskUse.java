package dev.runlog.bench.figure.footprint;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Bytes on disk per execution, compared with the same rows in a plain table with a primary key and one index. */
public final class DiskUse implements Figure {
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public List<Row> measure(Bench bench) {
        Postgres database = bench.database();
        // A day in the middle, unchanged since it was loaded, and loaded in the same order.
        String partition = "execution_" + DAY.format(middle(bench.set()));
        database.execute("DROP TABLE IF EXISTS bench_plain");
        database.execute("CREATE TABLE bench_plain (LIKE execution INCLUDING DEFAULTS INCLUDING COMPRESSION)");
        database.execute("ALTER TABLE bench_plain ADD PRIMARY KEY (id)");
        database.execute("CREATE INDEX ON bench_plain (workflow_id, id)");
        database.execute("INSERT INTO bench_plain SELECT * FROM " + partition + " ORDER BY id");
        long rows = database.getLong("SELECT count(*) FROM bench_plain");
        double plain = database.getLong("SELECT pg_total_relation_size('bench_plain')") / (double) rows;
        database.execute("DROP TABLE bench_plain");
        double ours = database.getLong("""
                SELECT (pg_total_relation_size('%1$s') + pg_total_relation_size(replace('%1$s', 'execution', 'step')))
                """.formatted(partition)) / (double) rows
                + database.getLong("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN "
                                + "('execution_daily', 'daily_histogram', 'histogram_delta', 'unsuccessful_execution')")
                        / (double) bench.set().executions();
        return List.of(Row.ofRatio(
                "Bytes on disk per execution",
                "bytes",
                Samples.of(ours),
                "one plain table, primary key and one index",
                Samples.of(plain),
                Goal.atMost(1.5),
                "including rollups, the list of failures and all indexes; " + rows + " rows"));
    }

    private static LocalDate middle(DataSet set) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(set.endMillis() - set.spanMillis() / 2), ZoneOffset.UTC);
    }
}
