package dev.runlog.bench;

import java.time.Instant;
import java.util.List;

/** A dry run, compared with a page requested by the same client. */
final class CleanupPreview implements Figure {
    private static final int PAGES = 50;
    private static final int PREVIEWS = 20;

    @Override
    public String name() {
        return "cleanup-preview";
    }

    @Override
    public List<Row> measure(Bench bench) {
        // It changes nothing, so it needs no copy and can include all executions.
        ServerProcess server = bench.server();
        DataSet set = bench.set();
        Instant before = CleanupSubject.aThirdOf(set);
        Call page = Pages.plainOf(set, 1);
        double first = CleanupSubject.clean(server, before, "", true).nanos() / 1e6;
        warmUp(bench, () -> preview(server, before));
        warmUp(bench, () -> page(server, page));
        Bench.Pair pair = bench.alternate(name(), () -> preview(server, before), () -> page(server, page));
        return List.of(Row.ofRatio(
                "Preview of a cleanup by age",
                "ms",
                pair.ours(),
                "a page, one at a time",
                pair.floor(),
                Goal.atMost(4),
                "a third of %,d executions of %,d workflows; the process's first took %.0f ms"
                        .formatted(set.executions(), set.workflows(), first)));
    }

    /** Warmed up like pages, because the goal is a multiple of a page. */
    private static void warmUp(Bench bench, Runnable load) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < bench.options().warmUp().toNanos()) {
            load.run();
        }
    }

    /** The mean of many, as on the other side: the first statements of a connection are planned. */
    private static double preview(ServerProcess server, Instant before) {
        long nanos = 0;
        for (int i = 0; i < PREVIEWS; i++) {
            nanos += CleanupSubject.clean(server, before, "", true).nanos();
        }
        return nanos / 1e6 / PREVIEWS;
    }

    private static double page(ServerProcess server, Call page) {
        long began = System.nanoTime();
        for (int i = 0; i < PAGES; i++) {
            server.send(page);
        }
        return (System.nanoTime() - began) / 1e6 / PAGES;
    }
}
