package dev.runlog.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be closed when the run ends, however it ends; what was opened last is closed first, and once. */
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
                Progress.say("something did not close: %s", failure.toString());
            }
        }
    }
}
