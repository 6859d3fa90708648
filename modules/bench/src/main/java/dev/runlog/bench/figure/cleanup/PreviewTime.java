package dev.runlog.bench.figure.cleanup;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.ServerProcess;
import java.time.Instant;
import java.util.List;

/** A dry run until its figures are there. */
public final class PreviewTime implements Figure {
    private static final int PREVIEWS = 20;

    @Override
    public String name() {
        return "cleanup-preview";
    }

    @Override
    public List<Row> measure(Bench bench) {
        // It changes nothing, so it needs no copy and may look at all that is there.
        ServerProcess server = bench.server();
        DataSet set = bench.set();
        Instant before = CleanupSubject.aThirdOf(set);
        double first = CleanupSubject.clean(server, before, "", true).nanos() / 1e6;
        warmUp(bench, server, before);
        return List.of(Row.ofValue(
                "Preview of a cleanup by age",
                "ms",
                bench.repeat(round -> preview(server, before)),
                Goal.atMost(50),
                "a third of %,d executions of %,d workflows; the process's first took %.0f ms"
                        .formatted(set.executions(), set.workflows(), first)));
    }

    private static void warmUp(Bench bench, ServerProcess server, Instant before) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < bench.options().warmUp().toNanos()) {
            preview(server, before);
        }
    }

    /** The mean of many: the first ones of a connection plan their statements. */
    private static double preview(ServerProcess server, Instant before) {
        long nanos = 0;
        for (int i = 0; i < PREVIEWS; i++) {
            nanos += CleanupSubject.clean(server, before, "", true).nanos();
        }
        return nanos / 1e6 / PREVIEWS;
    }
}
