package dev.runlog.app.command;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runlog cleanup}. */
@Command(
        name = "cleanup",
        mixinStandardHelpOptions = true,
        description =
                "Deletes executions that started some days ago or earlier. What runs or is held stays, and what a "
                        + "policy keeps longer.")
public final class CleanupCommand extends TargetCommand {
    @Mixin
    private CleanupRun cleanup = new CleanupRun();

    @Option(
            names = "--days",
            required = true,
            paramLabel = "DAYS",
            description = "How many days to keep; 0 to delete everything that is over.")
    private String days = "";

    /** Made by picocli. */
    public CleanupCommand() {}

    @Override
    int run(TargetOption server) throws InterruptedException {
        return cleanup.run(server, isJson(), Days.parse("--days", days, 0), List.of());
    }
}
