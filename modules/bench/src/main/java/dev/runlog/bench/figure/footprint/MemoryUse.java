package dev.runlog.bench.figure.footprint;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.StagedRows;
import dev.runlog.bench.figure.recording.BulkRecording;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.traffic.EventSender;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Peak resident memory of the server, after concurrent reading and recording at full speed. */
public final class MemoryUse implements Figure {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Row> measure(Bench bench) {
        bench.server();
        Path calls = bench.write(name(), Pages.plain(bench.set()));
        StagedRows staged = StagedRows.make(bench, bench.options().bulkRows());
        List<List<EventSender.Body>> bodies = BulkRecording.complete(bench, staged, false);
        CompletableFuture<Void> recorded =
                CompletableFuture.runAsync(() -> new EventSender(bench.server().port()).send(bodies));
        try {
            bench.closedLoop(bench.server(), calls, 64);
        } finally {
            recorded.join();
        }
        return List.of(Row.ofValue(
                "Resident memory under full load",
                "MB",
                Samples.of(bench.server().residentBytesMax() / 1e6),
                Goal.atMost(400),
                "the peak of the whole run, default settings"));
    }
}
