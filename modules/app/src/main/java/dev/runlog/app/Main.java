package dev.runlog.app;

import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.CommandFailure;
import dev.runlog.app.command.StatsCommand;
import dev.runlog.app.command.cleanup.CleanupCommand;
import dev.runlog.app.command.cleanup.CleanupStatusCommand;
import dev.runlog.app.command.cleanup.CleanupsCommand;
import dev.runlog.app.command.cleanup.PoliciesCommand;
import dev.runlog.app.command.cleanup.WorkflowsCommand;
import dev.runlog.app.command.record.RecordCommand;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.terminal.EscapedOutput;
import dev.runlog.contract.text.Escapes;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code runlog}. */
@Command(
        name = "runlog",
        description = "The execution history of workflow products: what ran, what is running, what failed and why.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            ServeCommand.class,
            DemoCommand.class,
            PrepareCommand.class,
            RecordCommand.class,
            StatsCommand.class,
            CleanupCommand.class,
            CleanupStatusCommand.class,
            CleanupsCommand.class,
            PoliciesCommand.class,
            WorkflowsCommand.class,
            TokenCommand.class,
            MigrateCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  failed; one line on stderr explains why",
            "  2  invalid command line",
            "  3  cleanup, workflows delete: not confirmed on the terminal; nothing was deleted",
            "  4  serve, demo: the embedded database stopped and could not be restarted",
            "  record: exit code of the command; 127 if not found, 126 if not executable"
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = run(arguments);
        if (code != ServeCommand.KEEPS_RUNNING) {
            System.exit(code);
        }
    }

    /** Runs a command with escaped output. */
    static int run(String... arguments) {
        EscapedOutput.install();
        return commandLine().execute(arguments);
    }

    private static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main())
                // Help needs raw colour codes, and contains no text of others.
                .setOut(new PrintWriter(EscapedOutput.raw(System.out), true, Charset.defaultCharset()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                // Keys and commands may start with @.
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof BadUsage) {
                        printError(failure.getMessage());
                        return CommandLine.ExitCode.USAGE;
                    }
                    if (failure instanceof StartFailure || failure instanceof CommandFailure) {
                        printError(failure.getMessage());
                    } else {
                        failure.printStackTrace();
                    }
                    return 1;
                });
        line.setParameterExceptionHandler((wrong, given) -> {
            printError(String.valueOf(wrong.getMessage()).lines().findFirst().orElse("") + " See '"
                    + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }

    static void printError(@Nullable String message) {
        System.err.println("runlog: " + Escapes.line(String.valueOf(message)));
    }
}
