package dev.runlog.app.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runlog cleanup-status}. */
@Command(
        name = "cleanup-status",
        mixinStandardHelpOptions = true,
        description = "Deletes executions of some statuses that started some days ago or earlier. Held ones stay.")
public final class CleanupStatusCommand implements Callable<Integer> {
    private static final Set<String> STATUSES = Set.of("SUCCESS", "FAILED", "CANCELLED", "CRASHED");

    @Mixin
    private ServerOption server;

    @Mixin
    private CleanupRun cleanup;

    @Parameters(
            arity = "1..*",
            paramLabel = "STATUS",
            description = "success, failed, cancelled or crashed; may be several.")
    private List<String> statuses;

    @Option(names = "--days", required = true, paramLabel = "DAYS", description = "How many days to keep.")
    private int days;

    /** Made by picocli. */
    public CleanupStatusCommand() {
        server = new ServerOption();
        cleanup = new CleanupRun();
        statuses = new ArrayList<>();
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> words =
                statuses.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList();
        for (String word : words) {
            if (!STATUSES.contains(word)) {
                throw new CommandFailure("'" + word.toLowerCase(Locale.ROOT)
                        + "' is no status to delete; success, failed, cancelled and crashed are.");
            }
        }
        return cleanup.run(server, days, words);
    }
}
