package dev.runlog.app.command.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Passes on what a command prints, byte for byte and at once, on a thread of its own. */
final class OutputCopy {
    private static final int BUFFER_BYTES = 8192;

    private final InputStream from;
    private final OutputStream to;
    private final OutputTail.Part tail;
    private final Thread thread;
    private volatile boolean writing;

    private OutputCopy(InputStream from, OutputStream to, OutputTail.Part tail) {
        this.from = from;
        this.to = to;
        this.tail = tail;
        thread = new Thread(this::run, "output");
        thread.setDaemon(true);
    }

    static OutputCopy start(InputStream from, OutputStream to, OutputTail.Part tail) {
        OutputCopy copy = new OutputCopy(from, to, tail);
        copy.thread.start();
        return copy;
    }

    /** Waits for the end of the stream; returns whether it came within that time. */
    boolean isOverWithin(long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }

    /** Whether it waits for whoever reads its output, not for the command. */
    boolean isWriting() {
        return writing;
    }

    private void run() {
        // Closed if nobody reads the output any more: the command then gets SIGPIPE, as it would without record.
        try (InputStream in = from) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                tail.add(buffer, read);
                writing = true;
                to.write(buffer, 0, read);
                to.flush();
                writing = false;
            }
        } catch (IOException closed) {
            // One of the two ends is gone.
        } finally {
            writing = false;
            tail.end();
        }
    }
}
