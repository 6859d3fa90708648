package dev.runlog.bench.figure.live;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.recording.BulkRecording;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Subscribers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Bulk recording with a thousand subscribers to running executions, compared with none; and the processor time per
 * event. Both sides share the processor with the database.
 */
public final class RecordingWhileWatched implements Figure {
    private static final int SUBSCRIBERS_MAX = 1_000;
    private static final int EVENTS_OF_EXECUTION = 2;
    private static final long DELIVERY_MILLIS_MAX = 10_000;

    private final List<Double> serverMicros = new ArrayList<>();
    private final List<Double> clientMicros = new ArrayList<>();

    @Override
    public String name() {
        return "live-recording";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int count = bench.set().owners();
        if (count > SUBSCRIBERS_MAX) {
            throw new BenchFailure(
                    "Too many owners: " + count + " (at most " + SUBSCRIBERS_MAX + ", because each one subscribes).");
        }
        bench.server();
        // Once each for warm-up, then for the figure.
        watched(bench, count);
        serverMicros.clear();
        clientMicros.clear();
        unwatched(bench);
        List<Double> unwatchedMicros = new ArrayList<>();
        Bench.Pair pair = bench.alternate(name(), () -> watched(bench, count), () -> {
            Duration before = bench.server().processorTime();
            double perSecond = unwatched(bench);
            unwatchedMicros.add(microsOfExecution(bench, before));
            return perSecond;
        });
        Samples watchedMicros = new Samples(serverMicros);
        return List.of(
                Row.ofRatio(
                        "Bulk recording with %,d subscribers".formatted(count),
                        "executions/s",
                        pair.ours(),
                        "no subscribers",
                        pair.floor(),
                        Goal.atLeast(0.8),
                        "starts and finishes; each is an event for one subscriber on the same machine"),
                Row.ofRatio(
                        "Processor time of the server per watched execution",
                        "us",
                        watchedMicros,
                        "no subscribers",
                        new Samples(unwatchedMicros),
                        null,
                        "two events; the clients use %.1f us more".formatted(new Samples(clientMicros).median())));
    }

    private double watched(Bench bench, int count) {
        try (Subscribers watching = Subscribers.open(bench.set(), bench.server().port(), count)) {
            Duration server = bench.server().processorTime();
            Duration client = watching.processorTime();
            int executions = bench.options().bulkRows();
            double perSecond = BulkRecording.recordLifecycles(bench, executions);
            watching.await((long) executions * EVENTS_OF_EXECUTION, DELIVERY_MILLIS_MAX);
            serverMicros.add(microsOfExecution(bench, server));
            clientMicros.add(watching.processorTime().minus(client).toNanos() / 1e3 / executions);
            Progress.say(
                    "  processor time per execution: server %.1f us, client %.1f us",
                    serverMicros.get(serverMicros.size() - 1), clientMicros.get(clientMicros.size() - 1));
            return perSecond;
        }
    }

    private static double unwatched(Bench bench) {
        return BulkRecording.recordLifecycles(bench, bench.options().bulkRows());
    }

    private static double microsOfExecution(Bench bench, Duration before) {
        return bench.server().processorTime().minus(before).toNanos()
                / 1e3
                / bench.options().bulkRows();
    }
}
