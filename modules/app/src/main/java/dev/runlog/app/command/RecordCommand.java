package dev.runlog.app.command;

import dev.runlog.app.terminal.EscapedOutput;
import dev.runlog.app.terminal.Escapes;
import dev.runlog.client.Recorder;
import dev.runlog.client.RecorderListener;
import dev.runlog.client.Run;
import dev.runlog.client.RunOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
            "Runs a command and records it: when it started, how long it took, its exit code, the end of its output.",
            "The command runs whatever becomes of the recording, and its exit code is this command's."
        })
public final class RecordCommand implements Callable<Integer> {
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final Duration FLUSH_PATIENCE = Duration.ofSeconds(5);
    private static final int NOT_FOUND = 127;

    @Mixin
    private ServerOption server;

    @Option(
            names = "--workflow",
            required = true,
            paramLabel = "KEY",
            description = "The workflow that it is a run of.")
    private String workflow;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label; may be given several times.")
    private Map<String, String> labels;

    @Option(names = "--trigger", paramLabel = "WORD", description = "What set it off. Default: ${DEFAULT-VALUE}")
    private String trigger;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> command;

    /** Made by picocli. */
    public RecordCommand() {
        server = new ServerOption();
        workflow = "";
        labels = new LinkedHashMap<>();
        trigger = "command-line";
        command = new ArrayList<>();
    }

    @Override
    public Integer call() throws InterruptedException {
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
            int code = run(null);
            tell(notRecorded);
            return code;
        }
        try (Recorder recorder = Recorder.to(url, token)
                .giveUpAfter(FLUSH_PATIENCE)
                .requestTimeout(FLUSH_PATIENCE)
                .listener(new Remembering(notRecorded))
                .build()) {
            Run recorded = recorder.start(
                    workflow,
                    RunOptions.none()
                            .withTrigger(trigger)
                            .withLabels(labels)
                            .withPayload(payload())
                            .withHeartbeatTimeout(HEARTBEAT.multipliedBy(3)));
            int code = run(recorded);
            if (!recorder.flush(FLUSH_PATIENCE)) {
                notRecorded.compareAndSet(null, "The server at " + url + " does not answer.");
            }
            tell(notRecorded);
            return code;
        }
    }

    private static void tell(AtomicReference<@Nullable String> notRecorded) {
        if (notRecorded.get() != null) {
            System.err.println("runlog: this run was not recorded in full: " + Escapes.line(notRecorded.get()));
        }
    }

    private Map<String, Object> payload() {
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

    private int run(@Nullable Run recorded) throws InterruptedException {
        OutputTail tail = new OutputTail();
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException absent) {
            System.err.println("runlog: " + Escapes.line(command.get(0) + " cannot be run: " + absent.getMessage()));
            if (recorded != null) {
                recorded.fail(
                        "CommandNotFound", String.valueOf(absent.getMessage()), null, Map.of("exitCode", NOT_FOUND));
            }
            return NOT_FOUND;
        }
        AtomicBoolean stopped = new AtomicBoolean();
        Thread passOn = new Thread(() -> stop(process, stopped), "stop");
        Runtime.getRuntime().addShutdownHook(passOn);
        Thread output = copy(process.getInputStream(), EscapedOutput.raw(System.out), tail);
        Thread errors = copy(process.getErrorStream(), EscapedOutput.raw(System.err), tail);
        while (!process.waitFor(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
            if (recorded != null) {
                recorded.heartbeat();
            }
        }
        output.join();
        errors.join();
        if (recorded != null) {
            finish(recorded, process.exitValue(), stopped.get(), tail);
        }
        if (!stopped.get()) {
            removeHook(passOn);
        }
        return process.exitValue();
    }

    private static void finish(Run recorded, int exitCode, boolean stopped, OutputTail tail) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("exitCode", exitCode);
        result.put("output", tail.lines());
        if (stopped) {
            recorded.cancel(result);
        } else if (exitCode == 0) {
            recorded.succeed(result);
        } else {
            List<String> lines = tail.lines();
            String last = lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1);
            recorded.fail("ExitCode", "The command ended with " + exitCode + last, null, result);
        }
    }

    /** A signal to this command ends the one that it runs; the JVM goes on until that is recorded. */
    private void stop(Process process, AtomicBoolean stopped) {
        stopped.set(true);
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            // Leaves the main thread the time to record the end.
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // The hook is at work already.
        }
    }

    private static Thread copy(InputStream from, OutputStream to, OutputTail tail) {
        Thread thread = new Thread(
                () -> {
                    byte[] buffer = new byte[8192];
                    try {
                        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                            to.write(buffer, 0, read);
                            to.flush();
                            tail.add(new String(buffer, 0, read, StandardCharsets.UTF_8));
                        }
                    } catch (IOException closed) {
                        // The command has closed its output.
                    }
                },
                "output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Remembers the first reason why something was not recorded. */
    private record Remembering(AtomicReference<@Nullable String> reason) implements RecorderListener {
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
