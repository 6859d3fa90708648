package dev.runlog.bench;

import java.util.List;

/** A dry run until its figures are there, beside a page asked for by the same client. */
final class CleanupPreview implements Figure {
    private static final int PAGES = 50;

    @Override
    public String name() {
        return "cleanup-preview";
    }

    @Override
    public List<Row> measure(Bench bench) {
        CleanupSubject subject = new CleanupSubject(bench);
        try (ServerProcess server = bench.startServer(subject.copy())) {
            Call page = Pages.plainOf(subject.set(), 1);
            bench.warmUp(server, Pages.plain(subject.set()));
            CleanupSubject.clean(server, subject.before(), "", true);
            Bench.Pair pair = bench.alternate(
                    name(),
                    () -> CleanupSubject.clean(server, subject.before(), "", true)
                                    .nanos()
                            / 1e6,
                    () -> {
                        long began = System.nanoTime();
                        for (int i = 0; i < PAGES; i++) {
                            server.send(page);
                        }
                        return (System.nanoTime() - began) / 1e6 / PAGES;
                    });
            return List.of(Row.ofCost(
                    "Preview of a cleanup by age",
                    "ms",
                    pair.ours(),
                    "a page, one at a time",
                    pair.floor(),
                    null,
                    "a third of %,d executions".formatted(subject.set().executions())));
        } finally {
            subject.drop();
        }
    }
}
