package dev.runlog.bench.figure.footprint;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.BenchFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Time to start {@code serve} with an existing data directory, including the embedded database. */
public final class StartTime implements Figure {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public List<Row> measure(Bench bench) {
        Path data = bench.directory().resolve("start-data");
        Path log = bench.options().out().resolve("start.log");
        bench.home().forgetArchives();
        Samples asBuilt = starts(bench, data, log);
        prepare(bench, log);
        Samples prepared = starts(bench, data, log);
        String title = "Start of serve with an existing data directory";
        return List.of(
                Row.ofValue(title + ", after ./runlog prepare", "s", prepared, Goal.atMost(2), "until it is ready"),
                Row.ofValue(title + ", as built", "s", asBuilt, Goal.atMost(2), "until it is ready"));
    }

    private static Samples starts(Bench bench, Path data, Path log) {
        ServerProcess.startEmbedded(bench.home(), data, log).close();
        return bench.repeat(round -> {
            try (ServerProcess server = ServerProcess.startEmbedded(bench.home(), data, log)) {
                return server.startTime().toMillis() / 1000.0;
            }
        });
    }

    private static void prepare(Bench bench, Path log) {
        try {
            Process process = bench.home()
                    .launcher("prepare")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            if (process.waitFor() != 0) {
                throw new BenchFailure("./runlog prepare failed; see " + log + ".");
            }
        } catch (IOException failure) {
            throw new BenchFailure("Cannot start ./runlog prepare: " + failure.getMessage(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }
}
