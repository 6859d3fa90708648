package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Another process that records runs with a spool. Its output reports what happens; it closes its recorder at the end of
 * its input.
 */
final class SpoolingProcess implements AutoCloseable {
    private static final long SPOOL_MAX_BYTES = 256L << 20;

    private final Process process;
    private final BufferedReader output;

    private SpoolingProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Records runs of workflows such as {@code a-0}, {@code a-1} and so on. */
    static SpoolingProcess start(URI server, Path directory, String prefix, int runs) throws IOException {
        return start("exec \"$@\"", server, directory, prefix, runs);
    }

    /** Every write beyond this size of a file fails. */
    static SpoolingProcess startOnSmallDisk(URI server, Path directory, String prefix, int runs) throws IOException {
        return start("ulimit -f 128 && exec \"$@\"", server, directory, prefix, runs);
    }

    private static SpoolingProcess start(String shell, URI server, Path directory, String prefix, int runs)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp"));
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of(SpoolingProcess.class.getName(), server.toString(), directory.toString(), prefix));
        command.add(Integer.toString(runs));
        return new SpoolingProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Waits for a line of output; returns it. */
    String await(String start) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError("The process ended without \"" + start + "\".");
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Lets the process close its recorder; returns the rest of its output. */
    List<String> end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        List<String> rest = output.lines().toList();
        assertThat(process.waitFor()).isZero();
        return rest;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] args) throws IOException {
        RecorderListener listener = new RecorderListener() {
            @Override
            public void onLost(int events, String reason) {
                System.out.println("lost " + events + ": " + reason);
            }

            @Override
            public void onRejected(String event, String code, String message) {
                System.out.println("rejected " + event);
            }

            @Override
            public void onSpoolFailure(String reason) {
                System.out.println("failed " + reason);
            }
        };
        try (Recorder recorder = Recorder.to(URI.create(args[0]), "t")
                .bufferMax(1_000_000)
                .giveUpAfter(Duration.ofMinutes(1))
                .spool(Path.of(args[1]), SPOOL_MAX_BYTES)
                .listener(listener)
                .build()) {
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                recorder.start(args[2] + "-" + i).succeed(i);
            }
            System.out.println("recorded");
            while (System.in.read() >= 0) {
                // Waits for the end of the input.
            }
        }
        System.out.println("closed");
    }
}
