package dev.runlog.bench.figure.recording;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.StagedRows;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.EventSender;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.PacedRecording;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The 99th percentile of pages at a fixed rate while the server records at half its top speed, compared with idle. */
public final class ReadingWhileRecording implements Figure {
    private static final int LINES = 500;
    /** Share of the pages per second of a closed loop. */
    private static final double READING_PART = 0.2;

    private static final Duration TIME_MAX = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "reading-while-recording";
    }

    @Override
    public List<Row> measure(Bench bench) {
        bench.server();
        Path calls = bench.write(name(), Pages.plain(bench.set()));
        int connections = bench.options().connections();
        int rate = (int) Math.max(
                10, bench.closedLoop(bench.server(), calls, connections).perSecond() * READING_PART);
        Duration time =
                bench.options().time().compareTo(TIME_MAX) < 0 ? bench.options().time() : TIME_MAX;
        double recording = topSpeed(bench) / 2;
        Load load = new Load(bench.server().port(), calls, connections, rate, Duration.ofSeconds(1), time);
        List<Double> recordedPerSecond = new ArrayList<>();
        Bench.Pair pair = bench.alternate(
                name(),
                () -> {
                    StagedRows staged =
                            StagedRows.make(bench, (int) (recording * (time.toSeconds() + 2)) / LINES * LINES + LINES);
                    Path file = staged.eventFile(bench, "execution");
                    PacedRecording recorder =
                            new PacedRecording(bench.server().port(), EventSender.split(file, LINES), recording);
                    CompletableFuture<Void> recorded = CompletableFuture.runAsync(recorder);
                    try {
                        return bench.hyperfoil().run(load).orThrow().p99Millis();
                    } finally {
                        recorder.stop();
                        recorded.join();
                        StagedRows.delete(file);
                        recordedPerSecond.add(recorder.perSecond());
                        Progress.say("  recorded %.0f/s meanwhile", recorder.perSecond());
                    }
                },
                () -> bench.hyperfoil().run(load).orThrow().p99Millis());
        return List.of(Row.ofRatio(
                "Page, 99th percentile, while recording",
                "ms",
                pair.ours(),
                "idle",
                pair.floor(),
                Goal.atMost(3),
                "%,d pages/s at a fixed rate; %,.0f executions/s recorded of %,.0f due"
                        .formatted(rate, new Samples(recordedPerSecond).median(), recording)));
    }

    /** Recording rate of complete executions, measured unless a figure already has. */
    public static double topSpeed(Bench bench) {
        if (bench.recordedPerSecondMax() == 0) {
            BulkRecording.ofComplete().measure(bench);
        }
        return bench.recordedPerSecondMax();
    }
}
