package dev.runlog.app.command.record;

import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.CommandFailure;
import dev.runlog.app.command.ServerOption;
import dev.runlog.client.Recorder;
import dev.runlog.client.RecorderListener;
import dev.runlog.client.Run;
import dev.runlog.client.RunOptions;
import dev.runlog.contract.text.Escapes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runlog record}. */
@Command(
        name = "record",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a command and records its start, duration, exit code and the end of its output.",
            "Arguments, environment, working directory, input and signals are passed on unchanged. The command runs even "
                    + "if the server is unavailable; a line on stderr then says why the run was not recorded.",
            "Returns the exit code of the command. A signal that stops it makes the run CANCELLED.",
            "Does not wait for background processes of the command; their output should go to a file."
        })
public final class RecordCommand implements Callable<Integer> {
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(5);
    private static final char UNREADABLE = '\uFFFD';
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    @Mixin
    private ServerOption server;

    @Option(names = "--workflow", required = true, paramLabel = "KEY", description = "The key of the workflow.")
    private String workflow;

    @Option(names = "--workflow-name", paramLabel = "NAME", description = "The display name of the workflow.")
    private @Nullable String workflowName;

    @Option(
            names = "--external-id",
            paramLabel = "ID",
            description = "Your own ID of the run, 1 to 512 characters. Recording the same ID again changes nothing.")
    private @Nullable String externalId;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "Where external IDs come from, such as cron; the same ID of another source is another run.")
    private @Nullable String source;

    @Option(
            names = "--parent-external-id",
            paramLabel = "ID",
            description = "External ID of the run that started this one. It may be recorded later.")
    private @Nullable String parentExternalId;

    @Option(
            names = "--retry-of-external-id",
            paramLabel = "ID",
            description = "External ID of the run that this one repeats. It may be recorded later.")
    private @Nullable String retryOfExternalId;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label; may be repeated.")
    private Map<String, String> labels;

    @Option(names = "--trigger", paramLabel = "WORD", description = "What started the run. Default: ${DEFAULT-VALUE}")
    private String trigger;

    @Option(
            names = "--no-capture",
            description = "Do not record output: the command writes directly to this one's output, such as a terminal.")
    private boolean inheritsOutput;

    /** Arguments before {@code --}; those after it are only known to {@link RecordedProcess}. */
    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> given;

    /** For picocli. */
    public RecordCommand() {
        server = new ServerOption();
        workflow = "";
        labels = new LinkedHashMap<>();
        trigger = "command-line";
        given = new ArrayList<>();
    }

    @Override
    public Integer call() throws InterruptedException {
        RecordedProcess process = new RecordedProcess(given);
        List<String> command = show(process);
        AtomicReference<@Nullable String> notRecorded = new AtomicReference<>();
        URI url = null;
        String token = null;
        try {
            url = server.url();
            token = server.token();
        } catch (BadUsage | CommandFailure unusable) {
            notRecorded.set(unusable.getMessage());
        }
        if (url == null || token == null) {
            int code = run(process, null);
            report(notRecorded);
            return code;
        }
        try (Recorder recorder = Recorder.to(url, token)
                .giveUpAfter(FLUSH_TIMEOUT)
                .requestTimeout(FLUSH_TIMEOUT)
                .listener(new FirstReason(notRecorded))
                .build()) {
            Run recorded = recorder.start(
                    workflow,
                    RunOptions.none()
                            .withExternalId(externalId)
                            .withSource(source)
                            .withParentExternalId(parentExternalId)
                            .withRetryOfExternalId(retryOfExternalId)
                            .withWorkflowName(workflowName)
                            .withTrigger(trigger)
                            .withLabels(labels)
                            .withPayload(payload(command))
                            .withHeartbeatTimeout(HEARTBEAT.multipliedBy(3)));
            int code = run(process, recorded);
            if (!recorder.flush(FLUSH_TIMEOUT)) {
                notRecorded.compareAndSet(null, "The server at " + url + " does not respond.");
            }
            report(notRecorded);
            return code;
        }
    }

    private static void report(AtomicReference<@Nullable String> notRecorded) {
        if (notRecorded.get() != null) {
            System.err.println("runlog: this run was not fully recorded: " + Escapes.line(notRecorded.get()));
        }
    }

    private Map<String, Object> payload(List<String> command) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("host", host());
        payload.put("command", command);
        payload.put("directory", System.getProperty("user.dir"));
        return payload;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "unknown";
        }
    }

    private List<String> show(RecordedProcess process) {
        if (given.stream().anyMatch(argument -> argument.indexOf(UNREADABLE) >= 0)) {
            throw new BadUsage("The command contains characters that are invalid in this locale; put it after --.");
        }
        List<String> shown;
        try {
            shown = process.show();
        } catch (IOException noShell) {
            throw new CommandFailure("Cannot start a shell: " + noShell.getMessage());
        }
        if (shown.isEmpty()) {
            throw new BadUsage("Missing command: put it after --. See 'runlog record --help'.");
        }
        return shown;
    }

    private int run(RecordedProcess process, @Nullable Run recorded) throws InterruptedException {
        OutputTail tail = new OutputTail();
        int exitCode;
        try {
            exitCode = process.run(inheritsOutput ? null : tail, () -> {
                if (recorded != null) {
                    recorded.heartbeat();
                }
            });
        } catch (IOException noShell) {
            throw new CommandFailure("Cannot start a shell: " + noShell.getMessage());
        }
        if (recorded != null) {
            finish(recorded, exitCode, process.isStopped(), tail.lines());
        }
        return exitCode;
    }

    private void finish(Run recorded, int exitCode, boolean stopped, List<String> lines) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("exitCode", exitCode);
        if (!inheritsOutput) {
            result.put("output", lines);
        }
        if (stopped) {
            recorded.cancel(result);
        } else if (exitCode == 0) {
            recorded.succeed(result);
        } else {
            String type =
                    switch (exitCode) {
                        case NOT_FOUND -> "CommandNotFound";
                        case NOT_EXECUTABLE -> "CommandNotExecutable";
                        default -> "ExitCode";
                    };
            String last = lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1);
            recorded.fail(type, "Exit code " + exitCode + last, null, result);
        }
    }

    /** Keeps the first reason why something was not recorded. */
    private record FirstReason(AtomicReference<@Nullable String> reason) implements RecorderListener {
        @Override
        public void onLost(int events, String why) {
            reason.compareAndSet(null, why);
        }

        @Override
        public void onRejected(String event, String code, String message) {
            reason.compareAndSet(null, message + " (" + code + ")");
        }
    }
}
