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
 * The command of {@code record}, which a shell starts. The launcher leaves the command's arguments in variables, as text
 * that a shell reads: they and the environment never become Java strings, which would change bytes that are not in the
 * locale's encoding.
 */
final class RecordedProcess {
    /** Puts the arguments after those that are given, and the locale back to what it was before the launcher. */
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

    /** A command that the launcher keeps, or one that is given here, or the former as arguments of the latter. */
    RecordedProcess(List<String> given) {
        this.given = given;
    }

    /** The command and its arguments, for people: what cannot be read is replaced, and what is long is cut. */
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
     * Starts it, passes signals on to it and waits for its end; fails only if there is no shell.
     *
     * @param tail for its output; null if that goes straight to where this process writes
     * @return its exit code, or 128 and the number of the signal that ended it; 127 if there is no such command
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
            // A signal to both may have ended the command before this process looks at it.
            if (process.exitValue() != 0 && stopSignal.await(SIGNAL_DELAY_MILLIS, TimeUnit.MILLISECONDS)) {
                stopped.set(true);
            }
            return process.exitValue();
        } finally {
            SIGNALS.forEach(Signals::registerDefault);
        }
    }

    /** Whether a signal stopped it. Programs that go on after Ctrl+C, such as psql, and end well were not. */
    boolean isStopped() {
        return stopped.get();
    }

    private static List<OutputCopy> copies(Process process, OutputTail tail) {
        return List.of(
                OutputCopy.start(process.getInputStream(), new FileOutputStream(FileDescriptor.out), tail.part()),
                OutputCopy.start(process.getErrorStream(), new FileOutputStream(FileDescriptor.err), tail.part()));
    }

    /**
     * What the command has left running may keep its output open for ever. It is waited for a little; whoever reads
     * slowly gets all the time.
     */
    private static void awaitOutput(List<OutputCopy> copies, Runnable heartbeat) throws InterruptedException {
        long heartbeatAt = System.nanoTime() + HEARTBEAT.toNanos();
        int pauses = 0;
        for (OutputCopy copy : copies) {
            while (pauses < PAUSES_MAX && !copy.isOverWithin(PAUSE_MILLIS)) {
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

    /** One that comes before the command is started is passed on then. */
    private void receive(String signal) {
        if (signal.equals("INT") && Boolean.getBoolean("runlog.tty")) {
            // The terminal sent it to the command, too, and a second one often means: at once, without care.
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
