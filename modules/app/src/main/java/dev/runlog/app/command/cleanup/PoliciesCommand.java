package dev.runlog.app.command.cleanup;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code runlog policies}. */
@Command(
        name = "policies",
        mixinStandardHelpOptions = true,
        description = "Lists, sets and deletes retention policies, which delete executions automatically.",
        subcommands = {PoliciesListCommand.class, PoliciesSetCommand.class, PoliciesDeleteCommand.class})
public final class PoliciesCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** For picocli. */
    public PoliciesCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing subcommand: list, set or delete.");
    }
}
