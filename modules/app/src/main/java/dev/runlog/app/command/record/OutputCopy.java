package dev.runlog.app.command.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies the output of a command without delay, byte for byte, on its own thread. */
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

    /** Waits for the end of the stream; returns false on timeout. */
    boolean awaitEnd(long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }

    /** Whether it waits for the reader of the output, not for the command. */
    boolean isWriting() {
        return writing;
    }

    private void run() {
        // If the reader of the output goes away, closing this gives the command a SIGPIPE, as without record.
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
            // Either end was closed.
        } finally {
            writing = false;
            tail.end();
        }
    }
}
