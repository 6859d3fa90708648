package dev.runlog.recording;

import dev.runlog.storage.RecordingStore;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Makes partitions ahead, and on demand for events of other days. */
final class Partitions {
    private final RecordingStore store;
    /** Those that are made or in the making, so that the lanes do not race for a day. */
    private final Map<LocalDate, Future<Void>> known = new HashMap<>();

    Partitions(RecordingStore store) {
        this.store = store;
    }

    /** Sees to it that the days have partitions; costs nothing for days that are known to have. */
    Future<Void> ensure(Collection<LocalDate> days) {
        Future<Void> done = Future.succeededFuture();
        for (LocalDate day : days) {
            done = done.compose(last -> make(day));
        }
        return done;
    }

    private Future<Void> make(LocalDate day) {
        Future<Void> begun = known.get(day);
        if (begun != null) {
            return begun;
        }
        Future<Void> making = store.ensurePartitions(day);
        known.put(day, making);
        return making.onFailure(failure -> known.remove(day, making));
    }

    /** Forgets what it knows: a cleanup has dropped a day. */
    void forget() {
        known.clear();
    }
}
