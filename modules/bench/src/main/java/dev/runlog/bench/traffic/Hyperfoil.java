package dev.runlog.bench.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/**
 * Runs Hyperfoil in its own process for the whole benchmark: closed loops, fixed rates without coordinated omission,
 * and lifecycles of two requests.
 */
public final class Hyperfoil implements LoadGenerator {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Home home;
    private Driver driver;

    public Hyperfoil(Home home) {
        this.home = home;
        this.driver = Driver.start(home);
    }

    private record Driver(Process process, BufferedWriter commands, BufferedReader answers) {
        static Driver start(Home home) {
            ProcessBuilder builder = new ProcessBuilder(
                            home.java(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            // The quick compiler's code does for a client, and compiling takes no time from what is
                            // measured.
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            home.classPath("bench-load", "runlog-bench-load.jar"),
                            "dev.runlog.bench.load.LoadDriver")
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            try {
                Process process = builder.start();
                return new Driver(
                        process,
                        new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
            } catch (IOException failure) {
                throw new BenchFailure("Cannot start the load generator: " + failure.getMessage(), failure);
            }
        }
    }

    @Override
    public String name() {
        return "Hyperfoil";
    }

    @Override
    public Load.Outcome run(Load load) {
        return run(command(load).put("kind", "random"));
    }

    /**
     * Each session starts an execution and finishes it; both requests are counted.
     *
     * @param finish body of the finish; {@code @ID@} in all bodies becomes the execution ID
     */
    public Load.Outcome runLifecycles(Load load, String finish) {
        return run(command(load).put("kind", "lifecycle").put("finish", finish));
    }

    private static ObjectNode command(Load load) {
        return JSON.createObjectNode()
                .put("port", load.port())
                .put("calls", load.calls().toString())
                .put("connections", load.connections())
                .put("rate", load.rate())
                .put("warmUpMillis", load.warmUp().toMillis())
                .put("millis", load.time().toMillis());
    }

    private synchronized Load.Outcome run(ObjectNode command) {
        if (!driver.process().isAlive()) {
            // A failure of one figure must not affect the next.
            driver = Driver.start(home);
        }
        try {
            driver.commands().write(command.toString());
            driver.commands().newLine();
            driver.commands().flush();
            String line = driver.answers().readLine();
            if (line == null) {
                throw new BenchFailure("The load generator exited; see its output above.");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("failure")) {
                throw new BenchFailure(
                        "The load generator failed: " + answer.get("failure").asText());
            }
            return new Load.Outcome(
                    answer.get("responses").asLong() / answer.get("seconds").asDouble(),
                    answer.get("failures").asLong(),
                    answer.get("p50Millis").asDouble(),
                    answer.get("p99Millis").asDouble(),
                    answer.get("maxMillis").asDouble(),
                    answer.get("cpuSeconds").asDouble());
        } catch (IOException failure) {
            throw new BenchFailure("The load generator does not respond: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        driver.process().destroy();
    }
}
