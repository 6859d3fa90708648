package dev.runlog.bench;

import java.util.List;

/** Bulk recording while a thousand watch what is running, beside while nobody does. */
final class RecordingWhileWatched implements Figure {
    private static final int SUBSCRIBERS_MAX = 1_000;

    @Override
    public String name() {
        return "live-recording";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int rows = bench.options().bulkRows();
        int count = Math.min(SUBSCRIBERS_MAX, bench.set().owners());
        bench.server();
        BulkRecording.recordLifecycles(bench, rows);
        Bench.Pair pair = bench.alternate(
                name(),
                () -> {
                    Subscribers watching =
                            Subscribers.open(bench.set(), bench.server().port(), count);
                    try {
                        return BulkRecording.recordLifecycles(bench, rows);
                    } finally {
                        watching.close();
                    }
                },
                () -> BulkRecording.recordLifecycles(bench, rows));
        return List.of(
                Row.ofSpeed(
                        "Bulk recording while %,d watch".formatted(count),
                        "executions/s",
                        pair.ours(),
                        "nobody",
                        pair.floor(),
                        null,
                        "starts and finishes; each is an event for one of those who watch, whose sockets are in the same machine"));
    }
}
