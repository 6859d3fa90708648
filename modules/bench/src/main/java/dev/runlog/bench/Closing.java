package dev.runlog.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources once at the end of the run, in reverse order of their opening. */
final class Closing {
    private final Deque<Runnable> closers = new ArrayDeque<>();

    synchronized void add(Runnable closer) {
        closers.push(closer);
    }

    synchronized void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException failure) {
                Progress.say("cannot close: %s", failure.toString());
            }
        }
    }
}
