package dev.runlog.app;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code runlog serve} as a process of its own, so that it can be killed. */
record ServerProcess(Process process, String url) implements AutoCloseable {
    private static final String LISTENS = "Runlog is listening on ";

    /** Starts it, with the JVM's options of {@code RUNLOG_JAVA_OPTS}, and waits until it listens. */
    static ServerProcess start(Map<String, String> environment) {
        return start(List.of(), environment);
    }

    /** The same with a limit of files that the process may open. */
    static ServerProcess startWithFiles(int files, Map<String, String> environment) {
        return start(List.of("/bin/sh", "-c", "ulimit -n " + files + " && exec \"$@\"", "sh"), environment);
    }

    private static ServerProcess start(List<String> prefix, Map<String, String> environment) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(List.of(environment
                .getOrDefault("RUNLOG_JAVA_OPTS", "-XX:TieredStopAtLevel=1")
                .split(" ")));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.runlog.app.Main",
                "serve"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RUNLOG_"));
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(new File("target", "server-process.log")));
        try {
            Process process = builder.start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(LISTENS)) {
                    return new ServerProcess(process, line.substring(LISTENS.length()));
                }
            }
            throw new AssertionError("The server ended before it listened; see target/server-process.log.");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
