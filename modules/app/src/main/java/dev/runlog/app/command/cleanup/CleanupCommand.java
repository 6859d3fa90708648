package dev.runlog.app.command.cleanup;

import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code runlog cleanup}. */
@Command(
        name = "cleanup",
        mixinStandardHelpOptions = true,
        description = "Deletes old executions. Keeps those that are running, held, or kept longer by a policy.")
public final class CleanupCommand extends TargetCommand {
    private static final int DAYS = 30;

    @Mixin
    private CleanupRun cleanup = new CleanupRun();

    /** For picocli. */
    public CleanupCommand() {}

    @Override
    protected boolean takesOwner() {
        return true;
    }

    @Override
    protected int run(TargetOption server) throws InterruptedException {
        return cleanup.run(server, isJson(), DAYS, List.of());
    }
}
