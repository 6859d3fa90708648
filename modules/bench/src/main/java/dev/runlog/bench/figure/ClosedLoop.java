package dev.runlog.bench.figure;

import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.Cores;
import dev.runlog.bench.server.ProcessorTime;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Random calls in a closed loop, one run per round, and the processor time that they take. */
public final class ClosedLoop {
    private final Bench bench;
    private final ServerProcess server;
    private final Path calls;
    private final int connections;
    private final List<Cores> runs = new ArrayList<>();

    public ClosedLoop(Bench bench, ServerProcess server, Path calls, int connections) {
        this.bench = bench;
        this.server = server;
        this.calls = calls;
        this.connections = connections;
    }

    /** Sends the calls until they get no cheaper. The JVM has compiled the code of plain pages, but not of all others. */
    public void warmUp() {
        bench.warmUp(server, calls, connections);
    }

    public double perSecond() {
        return run().perSecond();
    }

    public Load.Outcome run() {
        Duration time = bench.options().time();
        double seconds = time.toMillis() / 1000.0;
        Optional<ProcessorTime> before = bench.processorTime(server);
        Duration serverBefore = server.processorTime();
        Load.Outcome outcome = bench.closedLoops()
                .run(new Load(server.port(), calls, connections, 0, Duration.ZERO, time))
                .orThrow();
        double requests = outcome.perSecond() * seconds;
        // Processor time is more meaningful than speed if other programs run.
        Progress.say(
                "  %s: %.0f/s, p50 %.2f ms, p99 %.2f ms; processor time per request: server %.0f us, client %.0f us",
                calls.getFileName(),
                outcome.perSecond(),
                outcome.p50Millis(),
                outcome.p99Millis(),
                server.processorTime().minus(serverBefore).toNanos() / 1e3 / requests,
                outcome.cpuSeconds() * 1e6 / requests);
        before.flatMap(first ->
                        bench.processorTime(server).map(last -> last.since(first, seconds, outcome.cpuSeconds())))
                .ifPresent(runs::add);
        return outcome;
    }

    /** Cores in use in the last rounds; empty where they are unknown. */
    public List<Cores> rounds() {
        return runs.subList(Math.max(0, runs.size() - bench.options().rounds()), runs.size());
    }

    /** Adds the medians of the rounds to the note of a row. */
    public Row noted(Row row) {
        List<Cores> rounds = rounds();
        return rounds.isEmpty() ? row : row.withNote(Cores.median(rounds).describe(server.threadNames()));
    }
}
