package dev.runlog.bench.figure.cleanup;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.StagedRows;
import dev.runlog.bench.figure.recording.ReadingWhileRecording;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.EventSender;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.OwnerTokens;
import dev.runlog.bench.traffic.PacedRecording;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;

/**
 * The effect of a cleanup of failed executions on pages at a fixed rate, or on recording at half its top speed. Each
 * round deletes the failed executions of the next days, so one copy is enough. The first cleanup of a process is
 * reported separately, because the JVM then recompiles code that it had optimised for pages only.
 */
public final class WhileCleaning implements Figure {
    private static final int LINES = 500;
    /** Share of the pages per second of a closed loop. */
    private static final double READING_PART = 0.2;

    /** Warm-up of the load generator's JVM. */
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private static final Duration TIME_MAX = Duration.ofSeconds(5);

    private final boolean recording;
    /** Share of the measured time during which the cleanup ran. */
    private final List<Double> coveredParts = new ArrayList<>();

    private int slice;

    private WhileCleaning(boolean recording) {
        this.recording = recording;
    }

    public static Figure ofReading() {
        return new WhileCleaning(false);
    }

    public static Figure ofRecording() {
        return new WhileCleaning(true);
    }

    @Override
    public String name() {
        return recording ? "recording-while-cleaning" : "reading-while-cleaning";
    }

    @Override
    public List<Row> measure(Bench bench) {
        double topSpeed = recording ? ReadingWhileRecording.topSpeed(bench) : 0;
        CleanupSubject subject = CleanupSubject.large(bench);
        try (ServerProcess server = bench.startServer(subject.copy())) {
            Duration time = bench.options().time().compareTo(TIME_MAX) < 0
                    ? bench.options().time()
                    : TIME_MAX;
            CleanupSubject.warmUp(server, subject.aThird(), "FAILED");
            bench.warmUp(server, Pages.plain(subject.set()));
            return List.of(
                    recording
                            ? recording(bench, subject, server, time, topSpeed / 2)
                            : reading(bench, subject, server, time));
        } finally {
            subject.drop();
        }
    }

    private Row reading(Bench bench, CleanupSubject subject, ServerProcess server, Duration time) {
        Path calls = bench.write(name(), Pages.plain(subject.set()));
        int connections = bench.options().connections();
        int rate =
                (int) Math.max(10, bench.closedLoop(server, calls, connections).perSecond() * READING_PART);
        Load load = new Load(server.port(), calls, connections, rate, WARM_UP, time);
        DoubleSupplier p99 = () -> bench.hyperfoil().run(load).orThrow().p99Millis();
        DoubleSupplier p99WhileCleaning = () -> cleaning(
                bench, subject, server, () -> awaitPages(server, (int) (rate * WARM_UP.toSeconds())), time, p99);
        double first = p99WhileCleaning.getAsDouble();
        Bench.Pair pair = bench.alternate(name(), p99WhileCleaning, p99);
        return Row.ofRatio(
                "Page, 99th percentile, during a cleanup of failed executions",
                "ms",
                pair.ours(),
                "idle",
                pair.floor(),
                Goal.atMost(3),
                "%,d pages/s at a fixed rate; %s; during the first cleanup of the process %.1f ms"
                        .formatted(rate, covered(), first));
    }

    private Row recording(Bench bench, CleanupSubject subject, ServerProcess server, Duration time, double perSecond) {
        Progress.say(
                "  warming up: %,.0f/s",
                recording(bench, server, time, perSecond).getAsDouble());
        DoubleSupplier whileCleaning =
                () -> cleaning(bench, subject, server, () -> {}, time, recording(bench, server, time, perSecond));
        double first = whileCleaning.getAsDouble();
        Bench.Pair pair = bench.alternate(name(), whileCleaning, () -> recording(bench, server, time, perSecond)
                .getAsDouble());
        return Row.ofRatio(
                "Recording at half its top speed, during a cleanup of failed executions",
                "executions/s",
                pair.ours(),
                "without",
                pair.floor(),
                Goal.atLeast(0.8),
                "%,.0f executions/s sent at a fixed rate; %s; during the first cleanup of the process %,.0f"
                        .formatted(perSecond, covered(), first));
    }

    private String covered() {
        return "the cleanup ran for %.0f %% of that time".formatted(new Samples(coveredParts).median() * 100);
    }

    /** Waits until the load generator, which takes seconds to start, has requested a number of pages. */
    private static void awaitPages(ServerProcess server, int number) {
        double before = pages(server);
        while (pages(server) < before + number) {
            Pause.millis(20);
        }
    }

    private static double pages(ServerProcess server) {
        return server.get(OwnerTokens.ENGINE, "/metrics")
                .lines()
                .filter(line -> line.startsWith("runlog_query_seconds_count{operation=\"list-executions\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private double cleaning(
            Bench bench,
            CleanupSubject subject,
            ServerProcess server,
            Runnable begun,
            Duration time,
            DoubleSupplier measured) {
        slice++;
        DataSet set = subject.set();
        Instant before = Instant.ofEpochMilli(set.endMillis()
                - set.spanMillis()
                + set.spanMillis() * slice / (1 + bench.options().rounds()));
        CompletableFuture<CleanupSubject.Outcome> cleanup = CompletableFuture.supplyAsync(() -> {
            begun.run();
            return CleanupSubject.cleanInBackground(server, before, "FAILED");
        });
        double value = measured.getAsDouble();
        CleanupSubject.Outcome outcome = cleanup.join();
        coveredParts.add(Math.min(1, (double) outcome.nanos() / time.toNanos()));
        Progress.say("  deleted %,d meanwhile, in %,d ms", outcome.deleted(), outcome.nanos() / 1_000_000);
        return value;
    }

    /** A recording with prepared events, ready to start. */
    private static DoubleSupplier recording(Bench bench, ServerProcess server, Duration time, double perSecond) {
        int rows = (int) (perSecond * time.toMillis() / 1000) / LINES * LINES + LINES;
        Path file = StagedRows.make(bench, rows).eventFile(bench, "execution");
        PacedRecording recorder = new PacedRecording(server.port(), EventSender.split(file, LINES), perSecond);
        return () -> {
            recorder.run();
            StagedRows.delete(file);
            return recorder.perSecond();
        };
    }
}
