package dev.runlog.recording;

import dev.runlog.storage.RecordingStore;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Makes partitions ahead, and on demand for events of other days. */
final class Partitions {
    private final RecordingStore store;
    private final Set<LocalDate> made = new HashSet<>();

    Partitions(RecordingStore store) {
        this.store = store;
    }

    /** Sees to it that the days have partitions; costs nothing for days that are known to have. */
    Future<Void> ensure(Collection<LocalDate> days) {
        Future<Void> done = Future.succeededFuture();
        for (LocalDate day : days) {
            if (!made.contains(day)) {
                done = done.compose(last -> store.ensurePartitions(day)).onSuccess(last -> made.add(day));
            }
        }
        return done;
    }

    /** Forgets what it knows: a cleanup has dropped a day. */
    void forget() {
        made.clear();
    }
}
