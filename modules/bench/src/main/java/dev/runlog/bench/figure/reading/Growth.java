package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.Databases;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.util.List;

/** The plain page on the large database, compared with a small one: the cost of a long history. */
public final class Growth implements Figure {
    private static final long SMALL = 100_000;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public List<Row> measure(Bench bench) {
        DataSet set = bench.set();
        // The same number of executions per workflow, with fewer workflows: both have full pages.
        double part = Math.min(1, (double) SMALL / set.executions());
        DataSet small = new DataSet(
                Math.min(SMALL, set.executions()),
                (int) Math.max(2, set.workflows() * part),
                (int) Math.max(1, set.owners() * part),
                set.days(),
                set.running(),
                set.endMillis());
        Postgres database = Databases.loaded(bench.database().named("runlog_bench_small"), small);
        ServerProcess server = bench.startServer(database);
        bench.server();
        Path calls = bench.write(name(), Pages.plain(set));
        Path smallCalls = bench.write(name() + "-small", Pages.plain(small));
        int connections = bench.options().connections();
        bench.warmUp(server, Pages.plain(small));
        ClosedLoop large = new ClosedLoop(bench, bench.server(), calls, connections);
        Bench.Pair pair =
                bench.alternate(name(), large::perSecond, () -> bench.closedLoop(server, smallCalls, connections)
                        .perSecond());
        server.close();
        return List.of(large.noted(Row.ofTime(
                "Page of 20 at %,d executions".formatted(set.executions()),
                "pages/s",
                pair.ours(),
                "at %,d".formatted(small.executions()),
                pair.floor(),
                Goal.atMost(1.3),
                "ratio of the times")));
    }
}
