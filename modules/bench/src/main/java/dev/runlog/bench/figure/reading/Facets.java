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
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Time of {@code statusCounts} and {@code histogram(buckets: 60)} in one request, one request at a time. */
public final class Facets implements Figure {
    private static final long PER_DAY = 200_000;
    private static final int DAYS = 2;
    private static final int WORKFLOWS = 20;
    private static final Duration RANGE = Duration.ofHours(24);

    @Override
    public String name() {
        return "facets";
    }

    @Override
    public List<Row> measure(Bench bench) {
        DataSet set = bench.set();
        Row all = row(
                bench,
                bench.server(),
                "all",
                "Counts by status and histogram of an owner",
                Pages.ofWorkflows(set, workflow -> Pages.facets(set, workflow, "", Instant.EPOCH)),
                Goal.atMost(10),
                "the whole range of a random owner");
        // Everything belongs to one owner.
        DataSet wanted = new DataSet(
                Math.min(PER_DAY * DAYS, set.executions()), WORKFLOWS, 1, DAYS, set.running(), set.endMillis());
        Postgres database = Databases.loaded(bench.database().named("runlog_bench_facets"), wanted);
        DataSet busy = Databases.find(database, wanted);
        if (busy == null) {
            throw new BenchFailure("The data set of " + database.name() + " is missing.");
        }
        try (ServerProcess server = bench.startServer(database)) {
            bench.warmUp(server, Pages.plain(busy));
            return List.of(
                    all,
                    lastDay(bench, server, busy, "last-day", "", Goal.atMost(50), "answered by rollups"),
                    lastDay(
                            bench,
                            server,
                            busy,
                            "last-day-filtered",
                            ", trigger: \\\"webhook\\\"",
                            null,
                            "of one trigger, counted row by row"));
        } finally {
            if (bench.options().keep() == null) {
                Databases.drop(database);
            }
        }
    }

    private static Row lastDay(
            Bench bench,
            ServerProcess server,
            DataSet set,
            String name,
            String condition,
            @Nullable Goal goal,
            String note) {
        // It begins and ends within a quarter of an hour, as on a screen.
        Instant from = Instant.ofEpochMilli(set.endMillis()).minus(RANGE);
        return row(
                bench,
                server,
                name,
                "Counts by status and histogram of the last 24 hours",
                List.of(Pages.facets(set, 0, "startedAfter: $from" + condition, from)),
                goal,
                "an owner with %,d executions a day; %s".formatted(set.executions() / DAYS, note));
    }

    private static Row row(
            Bench bench,
            ServerProcess server,
            String name,
            String title,
            List<Call> calls,
            @Nullable Goal goal,
            String note) {
        bench.require(server, calls.get(0), "\"buckets\":[{");
        ClosedLoop loop = new ClosedLoop(bench, server, bench.write("facets-" + name, calls), 1);
        loop.warmUp();
        return loop.noted(
                Row.ofValue(title, "ms", bench.repeat(round -> loop.run().p50Millis()), goal, note));
    }
}
