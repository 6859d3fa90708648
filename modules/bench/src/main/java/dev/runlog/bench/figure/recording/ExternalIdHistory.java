package dev.runlog.bench.figure.recording;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.DataSetSql;
import dev.runlog.bench.database.Databases;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.Progress;
import java.util.List;

/**
 * Executions with unknown external IDs, recorded next to a year and next to a month of history with as many external IDs
 * per day. A lookup only reads the map of external IDs. Therefore only the map has its full size; all days have
 * partitions, but with a tenth of the executions.
 */
public final class ExternalIdHistory implements Figure {
    private static final int YEAR = 365;
    private static final int MONTH = 30;
    private static final int SHARE_OF_EXECUTIONS = 10;

    @Override
    public String name() {
        return "external-history";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int rows = bench.options().bulkRows();
        Postgres year = load(bench, YEAR);
        Postgres month = load(bench, MONTH);
        try (ServerProcess yearServer = bench.startServer(year);
                ServerProcess monthServer = bench.startServer(month)) {
            // Once for warm-up.
            record(bench, yearServer, rows);
            record(bench, monthServer, rows);
            Bench.Pair pair = bench.alternate(
                    name(), () -> record(bench, yearServer, rows), () -> record(bench, monthServer, rows));
            return List.of(Row.ofTime(
                    "Complete executions with unknown external IDs, with " + YEAR + " days of history",
                    "executions/s",
                    pair.ours(),
                    "with " + MONTH + " days",
                    pair.floor(),
                    Goal.atMost(1.4),
                    "ratio of the times; %,d and %,d external IDs before"
                            .formatted(externalIds(bench, YEAR), externalIds(bench, MONTH))));
        } finally {
            Databases.drop(year);
            Databases.drop(month);
        }
    }

    /** The owners and workflows are those of the main data set, which makes the events. */
    private static Postgres load(Bench bench, int days) {
        DataSet whole = bench.set();
        DataSet set = new DataSet(
                Math.max(whole.workflows(), externalIds(bench, days) / SHARE_OF_EXECUTIONS),
                whole.workflows(),
                whole.owners(),
                days,
                0,
                whole.endMillis());
        Postgres database = Databases.load(bench.database().named("runlog_bench_days_" + days), set);
        Progress.say("loading %,d external IDs", externalIds(bench, days));
        database.execute(DataSetSql.insertExternalIds(set, externalIds(bench, days)));
        database.execute("VACUUM (ANALYZE) external_execution");
        database.execute("CHECKPOINT");
        return database;
    }

    /** A year has as many as the main data set has executions. */
    private static long externalIds(Bench bench, int days) {
        return bench.set().executions() * days / YEAR;
    }

    private static double record(Bench bench, ServerProcess server, int rows) {
        return BulkRecording.recordComplete(bench, server, rows, true);
    }
}
