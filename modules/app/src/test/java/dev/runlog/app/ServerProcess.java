package dev.runlog.app;

import dev.runlog.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, to be killed. */
final class ServerProcess implements AutoCloseable {
    private static final String LISTENS = "Runlog listens on ";

    private final Process process;
    private final URI url;

    private ServerProcess(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** Starts it and waits until it listens; it accepts the tokens of {@link RunningServer}. */
    static ServerProcess start(TestDatabase database, Map<String, String> overrides) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.runlog.app.Main",
                "serve"));
        builder.environment().keySet().removeIf(name -> name.startsWith("RUNLOG_"));
        builder.environment().putAll(RunningServer.environment(database));
        builder.environment().putAll(overrides);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(LISTENS)) {
                return new ServerProcess(process, URI.create(line.substring(LISTENS.length())));
            }
        }
        throw new IOException("The server ended before it listened.");
    }

    URI url() {
        return url;
    }

    /** Ends it at once, as {@code kill -9} does. */
    void kill() {
        try {
            process.destroyForcibly();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("It does not die."));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
