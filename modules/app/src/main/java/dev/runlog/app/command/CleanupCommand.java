package dev.runlog.app.command;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runlog cleanup}. */
@Command(
        name = "cleanup",
        mixinStandardHelpOptions = true,
        description = "Deletes executions that started some days ago or earlier. Running and held ones stay.")
public final class CleanupCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Mixin
    private CleanupRun cleanup;

    @Option(names = "--days", required = true, paramLabel = "DAYS", description = "How many days to keep.")
    private int days;

    /** Made by picocli. */
    public CleanupCommand() {
        server = new ServerOption();
        cleanup = new CleanupRun();
    }

    @Override
    public Integer call() throws InterruptedException {
        return cleanup.run(server, days, List.of());
    }
}
