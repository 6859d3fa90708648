package dev.runlog.recording.batch;

import dev.runlog.storage.write.RecordingStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Deletes external IDs whose executions have been deleted. They count as unknown anyway, so there is no hurry: it leaves
 * pauses, runs on one server at a time, and only after cleanups.
 */
public final class ExternalIdSweep {
    /** Length of a pause in times of the work before it. */
    private static final int PAUSE_FACTOR = 9;

    private final Vertx vertx;
    private final RecordingStore store;
    private final int pages;

    /** @param pages number of pages of the map to read at once */
    public ExternalIdSweep(Vertx vertx, RecordingStore store, int pages) {
        this.vertx = vertx;
        this.store = store;
        this.pages = pages;
    }

    /** Looks at the whole map once, if a cleanup has ended since the last time. */
    public Future<Void> runOnce() {
        long before = System.nanoTime();
        return store.sweepExternalIds(pages).compose(more -> {
            if (!more) {
                return Future.succeededFuture();
            }
            long pauseMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis((System.nanoTime() - before) * PAUSE_FACTOR));
            return vertx.timer(pauseMillis, TimeUnit.MILLISECONDS).compose(over -> runOnce());
        });
    }
}
