package dev.runlog.bench.load;

import io.hyperfoil.api.config.Benchmark;
import io.hyperfoil.api.config.BenchmarkBuilder;
import io.hyperfoil.api.config.PhaseBuilder;
import io.hyperfoil.api.config.SequenceBuilder;
import io.hyperfoil.api.statistics.StatisticsSnapshot;
import io.hyperfoil.core.impl.LocalSimulationRunner;
import io.hyperfoil.http.config.HttpPluginBuilder;
import io.hyperfoil.http.config.Protocol;
import io.hyperfoil.http.statistics.HttpStats;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads one load per line from stdin, sends it to the server, and writes one result line to stdout. It keeps running
 * between loads, which keeps JVM warm-up out of the measurements.
 */
public final class LoadDriver {
    private static final String WARM_UP = "warm-up";
    private static final String MEASURED = "measured";
    private static final long DRAIN_MILLIS = 10_000;
    /** Maximum number of waiting sessions at a fixed rate, in seconds of its schedule. Shorter stalls are measured. */
    private static final int BACKLOG_SECONDS = 15;
    /** Hyperfoil creates all sessions in advance, 2 to 3 kB each per phase. */
    private static final int SESSIONS_MAX = 20_000;

    private final Map<Path, List<Call>> calls = new HashMap<>();

    private LoadDriver() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        LoadDriver driver = new LoadDriver();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            JsonObject answer;
            try {
                answer = driver.run(new JsonObject(line));
            } catch (RuntimeException failure) {
                failure.printStackTrace();
                answer = new JsonObject().put("failure", String.valueOf(failure));
            }
            answers.println(answer.encode());
            answers.flush();
        }
    }

    private JsonObject run(JsonObject load) {
        long measuredMillis = load.getLong("millis");
        Map<String, StatisticsSnapshot> statistics = new HashMap<>();
        LocalSimulationRunner runner = new LocalSimulationRunner(
                benchmark(load),
                (phase, step, metric, snapshot, counts) -> statistics
                        .computeIfAbsent(phase.name(), name -> new StatisticsSnapshot())
                        .add(snapshot),
                null,
                null);
        long cpuNanos = cpuNanos();
        runner.run();
        return answer(
                Objects.requireNonNullElseGet(statistics.get(MEASURED), StatisticsSnapshot::new),
                measuredMillis,
                (cpuNanos() - cpuNanos) * measuredMillis / Math.max(1, measuredMillis + load.getLong("warmUpMillis")));
    }

    private Benchmark benchmark(JsonObject load) {
        BenchmarkBuilder benchmark = BenchmarkBuilder.builder()
                .name("load")
                .addPlugin(HttpPluginBuilder::new)
                .ergonomics()
                .repeatCookies(false)
                .userAgentFromSession(false)
                .endErgonomics()
                .http()
                .protocol(Protocol.HTTP)
                .host("127.0.0.1")
                .port(load.getInteger("port"))
                .allowHttp2(false)
                .sharedConnections(load.getInteger("connections"))
                .endHttp()
                .endPlugin()
                .threads(1)
                .failurePolicy(Benchmark.FailurePolicy.CONTINUE);
        long warmUpMillis = load.getLong("warmUpMillis");
        if (warmUpMillis > 0) {
            addPhase(benchmark, WARM_UP, load, warmUpMillis);
        }
        PhaseBuilder<?> measured = addPhase(benchmark, MEASURED, load, load.getLong("millis"));
        if (warmUpMillis > 0) {
            measured.startAfterStrict(WARM_UP);
        }
        return benchmark.build();
    }

    private PhaseBuilder<?> addPhase(BenchmarkBuilder benchmark, String name, JsonObject load, long millis) {
        int rate = load.getInteger("rate");
        // At a fixed rate, each request starts when it is due, regardless of earlier ones. Its latency counts from
        // then, including the wait for a connection.
        PhaseBuilder<?> phase = rate > 0
                ? benchmark
                        .addPhase(name)
                        .constantRate(rate)
                        .variance(false)
                        .maxSessions(Math.min(SESSIONS_MAX, rate * BACKLOG_SECONDS))
                : benchmark.addPhase(name).always(load.getInteger("connections"));
        phase.duration(millis).maxDuration(millis + DRAIN_MILLIS);
        SequenceBuilder sequence =
                phase.scenario().maxRequests(1).maxSequences(1).initialSequence("calls");
        if (load.getString("kind").equals("lifecycle")) {
            new Lifecycles(load).addSteps(sequence);
        } else {
            Path file = Path.of(load.getString("calls"));
            new RandomCalls(calls.computeIfAbsent(file, Call::read)).addSteps(sequence);
        }
        return phase;
    }

    private static JsonObject answer(StatisticsSnapshot measured, long millis, long cpuNanos) {
        HttpStats http = (HttpStats) measured.extensions.get(HttpStats.HTTP);
        return new JsonObject()
                .put("responses", http == null ? 0 : http.status_2xx)
                .put(
                        "failures",
                        measured.errors()
                                + measured.invalid
                                + (http == null ? 0 : http.status_4xx + http.status_5xx + http.status_other))
                .put("seconds", millis / 1000.0)
                .put("cpuSeconds", cpuNanos / 1e9)
                .put("p50Millis", measured.histogram.getValueAtPercentile(50) / 1e6)
                .put("p99Millis", measured.histogram.getValueAtPercentile(99) / 1e6)
                .put("maxMillis", measured.histogram.getMaxValue() / 1e6);
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }
}
