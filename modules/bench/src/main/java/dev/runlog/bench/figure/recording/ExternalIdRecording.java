package dev.runlog.bench.figure.recording;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import java.util.List;

/** Executions with external IDs recorded by {@code POST /events}, compared with IDs that the engine makes. */
public final class ExternalIdRecording implements Figure {
    private final boolean lifecycles;

    private ExternalIdRecording(boolean lifecycles) {
        this.lifecycles = lifecycles;
    }

    public static Figure ofComplete() {
        return new ExternalIdRecording(false);
    }

    public static Figure ofLifecycles() {
        return new ExternalIdRecording(true);
    }

    @Override
    public String name() {
        return lifecycles ? "bulk-lifecycles-external" : "bulk-complete-external";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int rows = bench.options().bulkRows();
        String title = (lifecycles ? "Starts and finishes" : "Complete executions") + " with external IDs";
        // Once for warm-up, then for the figure.
        record(bench, rows, true);
        record(bench, rows, false);
        Bench.Pair pair = bench.alternate(title, () -> record(bench, rows, true), () -> record(bench, rows, false));
        return List.of(Row.ofRatio(
                title,
                "executions/s",
                pair.ours(),
                "UUIDv7 from the engine",
                pair.floor(),
                Goal.atLeast(lifecycles ? 0.7 : 0.75),
                BulkRecording.CONNECTIONS + " connections, " + BulkRecording.LINES + " events per request"
                        + (lifecycles ? ", no finish in the request of its start" : "")));
    }

    private double record(Bench bench, int rows, boolean externalIds) {
        return lifecycles
                ? BulkRecording.recordLifecycles(bench, rows, externalIds)
                : BulkRecording.recordComplete(bench, bench.server(), rows, externalIds);
    }
}
