package dev.runlog.app.command.record;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Runs the command of {@code record} through a shell. The launcher passes its arguments in variables, as shell text.
 * They and the environment never become Java strings, which would change bytes that are invalid in the locale's
 * encoding.
 */
final class RecordedProcess {
    /** Appends the arguments to the given ones and restores the locale from before the launcher. */
    private static final String UNPACK = """
            RUNLOG_RECORD_LC_ALL=${RUNLOG_RECORD_LC_ALL-${LC_ALL+=$LC_ALL}}
            LC_ALL=C
            RUNLOG_RECORD_ALL=
            while [ "${RUNLOG_RECORD_PARTS:-0}" -gt 0 ]; do
              eval "RUNLOG_RECORD_ALL=\\$RUNLOG_RECORD_$RUNLOG_RECORD_PARTS\\$RUNLOG_RECORD_ALL"
              unset "RUNLOG_RECORD_$RUNLOG_RECORD_PARTS"
              RUNLOG_RECORD_PARTS=$((RUNLOG_RECORD_PARTS - 1))
            done
            eval "set -- \\"\\$@\\" $RUNLOG_RECORD_ALL"
            case $RUNLOG_RECORD_LC_ALL in
              =*) { LC_ALL=${RUNLOG_RECORD_LC_ALL#=}; } 2>/dev/null ;;
              *) unset LC_ALL ;;
            esac
            unset RUNLOG_RECORD_PARTS RUNLOG_RECORD_ALL RUNLOG_RECORD_LC_ALL
            """;

    private static final String START = UNPACK + "exec \"$@\"";
    private static final String SHOW = UNPACK + "[ $# -eq 0 ] || printf '%s\\0' \"$@\"";
    private static final String SEND = "kill -s \"$0\" \"$1\"";

    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM", "USR1", "USR2");
    private static final List<String> STOPPING = List.of("HUP", "INT", "TERM");
    private static final int SHOWN_BYTES_MAX = 16_384;
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final long SIGNAL_DELAY_MILLIS = 200;
    private static final long PAUSE_MILLIS = 50;
    private static final int PAUSES_MAX = 40;

    private final List<String> given;
    private final CompletableFuture<Process> started = new CompletableFuture<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch stopSignal = new CountDownLatch(1);

    /** Appends the arguments that the launcher passes, if any, to the given ones. */
    RecordedProcess(List<String> given) {
        this.given = given;
    }

    /** Returns the command and its arguments for display: invalid characters are replaced, and long ones are cut. */
    List<String> show() throws IOException {
        Process process = new ProcessBuilder(shell(SHOW))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] shown;
        try (InputStream output = process.getInputStream()) {
            shown = output.readNBytes(SHOWN_BYTES_MAX + 1);
        }
        boolean isCut = shown.length > SHOWN_BYTES_MAX;
        String text = new String(
                shown,
                0,
                Math.min(shown.length, SHOWN_BYTES_MAX),
                Charset.forName(System.getProperty("native.encoding", "UTF-8")));
        List<String> arguments = new ArrayList<>(List.of(text.split("\u0000", -1)));
        if (isCut) {
            arguments.add("…");
        } else {
            // Each argument ends with a NUL.
            arguments.remove(arguments.size() - 1);
        }
        return arguments;
    }

    /**
     * Starts the command, forwards signals to it and waits for it to exit. Fails only without a shell.
     *
     * @param tail receives its output; null if the command inherits this process's output
     * @return exit code, or 128 plus the number of the signal that killed it; 127 if there is no such command
     */
    int run(@Nullable OutputTail tail, Runnable heartbeat) throws IOException, InterruptedException {
        SIGNALS.forEach(name -> Signals.register(name, () -> receive(name)));
        try {
            ProcessBuilder builder = new ProcessBuilder(shell(START)).inheritIO();
            if (tail != null) {
                builder.redirectOutput(ProcessBuilder.Redirect.PIPE).redirectError(ProcessBuilder.Redirect.PIPE);
            }
            Process process = builder.start();
            started.complete(process);
            List<OutputCopy> copies = tail == null ? List.of() : copies(process, tail);
            while (!process.waitFor(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                heartbeat.run();
            }
            awaitOutput(copies, heartbeat);
            // A signal to both processes may have killed the command before this one handles it.
            if (process.exitValue() != 0 && stopSignal.await(SIGNAL_DELAY_MILLIS, TimeUnit.MILLISECONDS)) {
                stopped.set(true);
            }
            return process.exitValue();
        } finally {
            SIGNALS.forEach(Signals::registerDefault);
        }
    }

    /** Whether a signal stopped it; false for programs such as psql that handle Ctrl+C and exit successfully. */
    boolean isStopped() {
        return stopped.get();
    }

    private static List<OutputCopy> copies(Process process, OutputTail tail) {
        return List.of(
                OutputCopy.start(process.getInputStream(), new FileOutputStream(FileDescriptor.out), tail.part()),
                OutputCopy.start(process.getErrorStream(), new FileOutputStream(FileDescriptor.err), tail.part()));
    }

    /**
     * Waits briefly for the end of the output, because background processes may keep it open forever. Waits without
     * limit for a slow reader.
     */
    private static void awaitOutput(List<OutputCopy> copies, Runnable heartbeat) throws InterruptedException {
        long heartbeatAt = System.nanoTime() + HEARTBEAT.toNanos();
        int pauses = 0;
        for (OutputCopy copy : copies) {
            while (pauses < PAUSES_MAX && !copy.awaitEnd(PAUSE_MILLIS)) {
                if (!copy.isWriting()) {
                    pauses++;
                }
                if (System.nanoTime() - heartbeatAt > 0) {
                    heartbeat.run();
                    heartbeatAt = System.nanoTime() + HEARTBEAT.toNanos();
                }
            }
        }
    }

    /** Forwards a signal, if necessary once the command has started. */
    private void receive(String signal) {
        if (signal.equals("INT") && Boolean.getBoolean("runlog.tty")) {
            // The terminal also sent it to the command, and many programs take a second one as "quit immediately".
            stopSignal.countDown();
            return;
        }
        if (STOPPING.contains(signal)) {
            stopped.set(true);
            stopSignal.countDown();
        }
        Process process = started.join();
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("/bin/sh", "-c", SEND, signal, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException noShell) {
            process.destroy();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> shell(String script) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script, "runlog"));
        line.addAll(given);
        return line;
    }
}
