package dev.runlog.bench;

import java.nio.file.Path;
import java.util.List;

/** How long {@code serve} takes with a data directory that is there, its own database included. */
final class StartTime implements Figure {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public List<Row> measure(Bench bench) {
        Path data = bench.directory().resolve("start-data");
        Path log = bench.options().out().resolve("start.log");
        ServerProcess.startEmbedded(bench.home(), data, log).close();
        Samples seconds = bench.repeat(round -> {
            try (ServerProcess server = ServerProcess.startEmbedded(bench.home(), data, log)) {
                return server.startTime().toMillis() / 1000.0;
            }
        });
        return List.of(Row.ofValue(
                "Start of serve with an existing data directory", "s", seconds, Goal.atMost(2), "until it is ready"));
    }
}
