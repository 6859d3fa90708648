package dev.runlog.app.command.cleanup;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code runlog policies}. */
@Command(
        name = "policies",
        mixinStandardHelpOptions = true,
        description = "Lists, sets and deletes retention policies: what is deleted without anyone asking.",
        subcommands = {PoliciesListCommand.class, PoliciesSetCommand.class, PoliciesDeleteCommand.class})
public final class PoliciesCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** Made by picocli. */
    public PoliciesCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: list, set or delete.");
    }
}
