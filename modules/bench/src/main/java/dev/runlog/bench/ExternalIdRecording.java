package dev.runlog.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Executions with external IDs recorded by {@code POST /events}, compared with IDs that the engine makes. */
final class ExternalIdRecording implements Figure {
    private final boolean lifecycles;

    private ExternalIdRecording(boolean lifecycles) {
        this.lifecycles = lifecycles;
    }

    static Figure ofComplete() {
        return new ExternalIdRecording(false);
    }

    static Figure ofLifecycles() {
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
        ToDoubleFunction<Boolean> record = externalIds -> lifecycles
                ? BulkRecording.recordLifecycles(bench, rows, externalIds)
                : BulkRecording.recordComplete(bench, bench.server(), rows, externalIds);
        // Both once for warm-up.
        record.applyAsDouble(false);
        record.applyAsDouble(true);
        Bench.Pair pair = bench.alternate(title, () -> record.applyAsDouble(true), () -> record.applyAsDouble(false));
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
}
