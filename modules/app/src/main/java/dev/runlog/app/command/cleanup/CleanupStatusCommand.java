package dev.runlog.app.command.cleanup;

import dev.runlog.app.command.Statuses;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code runlog cleanup-status}. */
@Command(
        name = "cleanup-status",
        mixinStandardHelpOptions = true,
        description = "Deletes old executions with the given statuses. Keeps those that are held or kept longer by a "
                + "policy.")
public final class CleanupStatusCommand extends TargetCommand {
    private static final int DAYS = 7;

    @Mixin
    private CleanupRun cleanup = new CleanupRun();

    @Parameters(
            arity = "1..*",
            paramLabel = "STATUS",
            description = "success, failed, cancelled or crashed; may be repeated.")
    private List<String> statuses = new ArrayList<>();

    /** For picocli. */
    public CleanupStatusCommand() {}

    @Override
    protected boolean takesOwner() {
        return true;
    }

    @Override
    protected int run(TargetOption server) throws InterruptedException {
        return cleanup.run(server, isJson(), DAYS, Statuses.parse(statuses));
    }
}
