package dev.runlog.app;

import dev.runlog.app.command.CleanupCommand;
import dev.runlog.app.command.CleanupStatusCommand;
import dev.runlog.app.command.CommandFailure;
import dev.runlog.app.command.RecordCommand;
import dev.runlog.app.command.StatsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code runlog}. */
@Command(
        name = "runlog",
        description = "The execution history of workflow products: what ran, what is running, what failed and why.",
        mixinStandardHelpOptions = true,
        version = "runlog 0.1.0",
        subcommands = {
            ServeCommand.class,
            DemoCommand.class,
            RecordCommand.class,
            StatsCommand.class,
            CleanupCommand.class,
            CleanupStatusCommand.class,
            TokenCommand.class,
            MigrateCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  refused or failed; one line on stderr says why",
            "  2  the command line is not understood",
            "  record: the exit code of the command that it ran, 127 where that was not found"
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof StartFailure || failure instanceof CommandFailure) {
                        System.err.println("runlog: " + failure.getMessage());
                    } else {
                        failure.printStackTrace();
                    }
                    return 1;
                })
                .execute(arguments);
        if (code != ServeCommand.KEEPS_RUNNING) {
            System.exit(code);
        }
    }
}
