package dev.runlog.bench.support;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources once at the end of the run, in reverse order of their opening. */
public final class Closing {
    private final Deque<Runnable> closers = new ArrayDeque<>();

    public synchronized void add(Runnable closer) {
        closers.push(closer);
    }

    public synchronized void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException failure) {
                Progress.say("cannot close: %s", failure.toString());
            }
        }
    }
}
