package dev.runlog.bench.figure;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.DatabaseClients;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.database.SentStatement;
import dev.runlog.bench.database.StatementTap;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.ProcessorTime;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import dev.runlog.bench.support.Options;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Hyperfoil;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.LoadGenerator;
import dev.runlog.bench.traffic.Pages;
import dev.runlog.bench.traffic.Wrk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Context for figures: the loaded database, its server, clients of both, and the options of the run. */
public final class Bench implements AutoCloseable {
    private static final int WARM_UP_SLICES = 4;
    private static final int WARM_UP_SLICES_MAX = 24;
    private static final double WARM_UP_GAIN = 0.95;

    private final Options options;
    private final Home home;
    private final Path directory;
    private final Postgres database;
    private final DataSet set;
    private final DatabaseClients clients;
    /** Of the database; null if it runs elsewhere. */
    private final @Nullable Long mainProcess;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable ServerProcess server;
    private @Nullable Hyperfoil hyperfoil;
    private @Nullable LoadGenerator closedLoops;
    private @Nullable StatementTap tap;
    private @Nullable ServerProcess tapped;
    private double recordedPerSecondMax;

    /** @param directory for temporary files */
    public Bench(Options options, Home home, Path directory, Postgres database, DataSet set) {
        this.options = options;
        this.home = home;
        this.directory = directory;
        this.database = database;
        this.set = set;
        this.clients = new DatabaseClients(database, set, directory);
        this.mainProcess = ProcessorTime.mainProcess(database);
    }

    public Options options() {
        return options;
    }

    public Home home() {
        return home;
    }

    public Path directory() {
        return directory;
    }

    public Postgres database() {
        return database;
    }

    public DataSet set() {
        return set;
    }

    public DatabaseClients clients() {
        return clients;
    }

    /** The measured server; it runs until the end of the benchmark. */
    public ServerProcess server() {
        if (server == null) {
            server = startServer(database);
            warmUp(server, Pages.plain(set));
        }
        return server;
    }

    /** Starts another server, which stops at the end of the run. */
    public ServerProcess startServer(Postgres on) {
        return closeAtEnd(ServerProcess.start(home, on, options.out().resolve("server.log")));
    }

    /** Closes a process at the end of the run, even if a signal ends it. */
    public <T extends AutoCloseable> T closeAtEnd(T process) {
        opened.add(process);
        return process;
    }

    /**
     * Warms a server up: at least for the configured time, then until the processor time per request stops falling.
     * Unlike speed, that does not depend on other load, which delays the JIT compiler.
     */
    public void warmUp(ServerProcess fresh, List<Call> pages) {
        requireRows(fresh, pages.get(0));
        warmUp(fresh, write("warm-up", pages), options.connections());
    }

    /** The same with calls of any kind, as a loop of this many connections sends them. */
    public void warmUp(ServerProcess fresh, Path calls, int connections) {
        Duration slice = options.warmUp().dividedBy(WARM_UP_SLICES);
        double least = Double.MAX_VALUE;
        int withoutGain = 0;
        for (int done = 1; done <= WARM_UP_SLICES_MAX && withoutGain < WARM_UP_SLICES - 1; done++) {
            Duration before = fresh.processorTime();
            Load.Outcome outcome = closedLoops()
                    .run(new Load(fresh.port(), calls, connections, 0, Duration.ZERO, slice))
                    .orThrow();
            double cost = microsOfProcessor(fresh, before, outcome, slice);
            Progress.say("  warming up: %.0f/s, %.0f us of processor time each", outcome.perSecond(), cost);
            withoutGain = cost > least * WARM_UP_GAIN ? withoutGain + 1 : 0;
            least = Math.min(least, cost);
        }
    }

    private static double microsOfProcessor(
            ServerProcess server, Duration before, Load.Outcome outcome, Duration time) {
        return server.processorTime().minus(before).toNanos() / 1e3 / (outcome.perSecond() * time.toMillis() / 1000.0);
    }

    public Hyperfoil hyperfoil() {
        if (hyperfoil == null) {
            hyperfoil = closeAtEnd(new Hyperfoil(home));
        }
        return hyperfoil;
    }

    /** wrk if it is installed, because it uses the least processor time; otherwise Hyperfoil. */
    public LoadGenerator closedLoops() {
        if (closedLoops == null) {
            closedLoops = options.forceHyperfoil()
                    ? hyperfoil()
                    : Wrk.find(directory).<LoadGenerator>map(wrk -> wrk).orElseGet(this::hyperfoil);
        }
        return closedLoops;
    }

    /** Writes calls to a file for the load generators. */
    public Path write(String name, List<Call> calls) {
        return Call.write(calls, directory.resolve(name + ".calls").toAbsolutePath());
    }

    /** Runs random calls in a closed loop, for one round. */
    public Load.Outcome closedLoop(ServerProcess on, Path calls, int connections) {
        return new ClosedLoop(this, on, calls, connections).run();
    }

    /** Processor time used so far; empty where it is unknown. */
    Optional<ProcessorTime> processorTime(ServerProcess on) {
        return ProcessorTime.read(on.pid(), mainProcess);
    }

    /** Fails if a response is an error or empty, which would make the figure look good. */
    public void requireRows(ServerProcess on, Call call) {
        require(on, call, "\"id\"");
    }

    /** Fails if a response is an error or does not contain some text. */
    public void require(ServerProcess on, Call call, String text) {
        String answer = on.send(call);
        if (answer.contains("\"errors\"") || !answer.contains(text)) {
            throw new BenchFailure(
                    "No " + text + " in the response: " + answer.substring(0, Math.min(600, answer.length())));
        }
    }

    /** Returns the statements that a server sends for a call, with a second server started only for this. */
    public List<SentStatement> statementsOf(Call call) {
        if (tap == null || tapped == null) {
            tap = closeAtEnd(new StatementTap(database));
            tapped = closeAtEnd(
                    ServerProcess.start(home, tap.tapped(), options.out().resolve("tapped-server.log")));
        }
        // The first call may fill caches, which the second one uses.
        tapped.send(call);
        List<SentStatement> first = tap.take();
        tapped.send(call);
        List<SentStatement> second = tap.take();
        return second.isEmpty() ? first : second;
    }

    /** Stops the server for statements, to keep it out of the measurements. */
    public void closeTap() {
        if (tap != null && tapped != null) {
            opened.remove(tapped);
            tapped.close();
            opened.remove(tap);
            tap.close();
            tap = null;
            tapped = null;
        }
    }

    /** Runs both sides once per round, in alternating order: drift affects both equally. */
    public Pair alternate(String what, DoubleSupplier ours, DoubleSupplier floors) {
        List<Double> our = new ArrayList<>();
        List<Double> floor = new ArrayList<>();
        for (int round = 0; round < options.rounds(); round++) {
            if (round % 2 == 0) {
                our.add(ours.getAsDouble());
                floor.add(floors.getAsDouble());
            } else {
                floor.add(floors.getAsDouble());
                our.add(ours.getAsDouble());
            }
            Progress.say("  %s, round %d: %.1f, floor %.1f", what, round + 1, last(our), last(floor));
        }
        return new Pair(new Samples(our), new Samples(floor));
    }

    /** One value per round. */
    public Samples repeat(Function<Integer, Double> measure) {
        return new Samples(
                IntStream.range(0, options.rounds()).boxed().map(measure).toList());
    }

    public record Pair(Samples ours, Samples floor) {}

    private static double last(List<Double> values) {
        return values.get(values.size() - 1);
    }

    /** Highest recording rate of any figure so far, in executions per second; 0 for none. */
    public double recordedPerSecondMax() {
        return recordedPerSecondMax;
    }

    public void noteRecorded(double perSecond) {
        recordedPerSecondMax = Math.max(recordedPerSecondMax, perSecond);
    }

    @Override
    public synchronized void close() {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception failure) {
                Progress.say("cannot close: " + failure);
            }
        }
        opened.clear();
    }
}
