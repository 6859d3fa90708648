package dev.runlog.bench.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Runs {@code wrk} for closed loops: like pgbench, it is written in C and uses little processor time. */
public final class Wrk implements LoadGenerator {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String program;
    private final Path script;

    private Wrk(String program, Path script) {
        this.program = program;
        this.script = script;
    }

    /** Empty if it is not on the PATH. */
    public static Optional<Wrk> find(Path directory) {
        return Home.program("wrk").map(program -> new Wrk(program, unpack(directory)));
    }

    private static Path unpack(Path directory) {
        Path file = directory.resolve("calls.lua");
        try (InputStream script = Objects.requireNonNull(Wrk.class.getResourceAsStream("/calls.lua"))) {
            Files.write(file, script.readAllBytes());
            return file;
        } catch (IOException failure) {
            throw new BenchFailure("Cannot write " + file + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public String name() {
        return "wrk";
    }

    @Override
    public Load.Outcome run(Load load) {
        if (load.rate() > 0) {
            throw new IllegalArgumentException("wrk does not support fixed rates.");
        }
        if (!load.warmUp().isZero()) {
            run(load, load.warmUp().toSeconds());
        }
        return run(load, load.time().toSeconds());
    }

    private Load.Outcome run(Load load, long seconds) {
        ProcessBuilder builder = new ProcessBuilder(
                        program,
                        "--threads",
                        "1",
                        "--connections",
                        Integer.toString(load.connections()),
                        "--duration",
                        Math.max(1, seconds) + "s",
                        "--timeout",
                        "30s",
                        "--script",
                        script.toString(),
                        "http://127.0.0.1:" + load.port() + "/")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CALLS", load.calls().toString());
        builder.environment().put("CONNECTIONS", Integer.toString(load.connections()));
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new BenchFailure("wrk failed: " + output);
            }
            JsonNode answer = JSON.readTree(output.substring(output.indexOf('{')));
            double measured = answer.get("micros").asDouble() / 1e6;
            return new Load.Outcome(
                    (answer.get("requests").asLong() - answer.get("non2xx").asLong()) / measured,
                    answer.get("non2xx").asLong() + answer.get("errors").asLong(),
                    answer.get("p50").asDouble() / 1000,
                    answer.get("p99").asDouble() / 1000,
                    answer.get("max").asDouble() / 1000,
                    answer.get("cpu").asDouble());
        } catch (IOException failure) {
            throw new BenchFailure("Cannot run wrk: " + failure.getMessage(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }

    @Override
    public void close() {
        // Keeps no resources between runs.
    }
}
