package dev.runlog.app.command.cleanup;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code runlog workflows}. */
@Command(
        name = "workflows",
        mixinStandardHelpOptions = true,
        description = "Deletes workflows with all their executions.",
        subcommands = WorkflowsDeleteCommand.class)
public final class WorkflowsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** For picocli. */
    public WorkflowsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing subcommand: delete.");
    }
}
