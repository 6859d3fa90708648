package dev.runlog.recording.batch;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.RecordingStore;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates partitions ahead of time and on demand, the latter within the quotas of owners and callers. */
public final class Partitions {
    private final RecordingStore store;
    private final HourlyQuota quota;
    /** Partitions that exist or are being created. Prevents lanes from racing for a day. */
    private final Map<LocalDate, Future<Void>> known = new HashMap<>();

    /** @param perHour maximum number of new days in an hour, for each owner and for each caller */
    public Partitions(RecordingStore store, int perHour) {
        this.store = store;
        this.quota = new HourlyQuota("days", "recording.days-per-hour-max", perHour);
    }

    /** Creates the partitions of the days that are not known to have any. */
    public Future<Void> ensure(Collection<LocalDate> days) {
        Future<Void> done = Future.succeededFuture();
        for (LocalDate day : days) {
            done = done.compose(previous -> create(day));
        }
        return done;
    }

    /** Creates the partitions for events that may create an execution; returns the refused days with the reasons. */
    Future<Map<LocalDate, RunlogException>> ensureFor(List<QueuedEvent> events) {
        Map<LocalDate, List<QueuedEvent>> byDay = byDay(events);
        List<LocalDate> unknown =
                byDay.keySet().stream().filter(day -> !known.containsKey(day)).toList();
        if (unknown.isEmpty()) {
            return ensure(byDay.keySet()).map(Map.of());
        }
        return store.findPartitions(unknown).compose(found -> {
            found.forEach(day -> known.putIfAbsent(day, Future.succeededFuture()));
            Map<LocalDate, RunlogException> refused = new HashMap<>();
            for (LocalDate day : unknown) {
                RunlogException refusal = known.containsKey(day) ? null : charge(byDay.getOrDefault(day, List.of()));
                if (refusal != null) {
                    refused.put(day, refusal);
                }
            }
            Set<LocalDate> allowed = byDay.keySet();
            allowed.removeAll(refused.keySet());
            return ensure(allowed).map(refused);
        });
    }

    /**
     * Charges a new day to the first event with quota left for its owner and caller; returns a refusal if there is
     * none.
     */
    private @Nullable RunlogException charge(List<QueuedEvent> events) {
        RunlogException refusal = null;
        for (QueuedEvent queued : events) {
            String owner = queued.owner();
            String caller = queued.submission().caller();
            if (quota.left(owner) == 0 || quota.left(caller) == 0) {
                refusal = quota.refusal(quota.left(owner) == 0 ? owner : caller);
                continue;
            }
            quota.use(owner, 1);
            if (!caller.equals(owner)) {
                quota.use(caller, 1);
            }
            return null;
        }
        return refusal;
    }

    private static Map<LocalDate, List<QueuedEvent>> byDay(List<QueuedEvent> events) {
        Map<LocalDate, List<QueuedEvent>> byDay = new LinkedHashMap<>();
        for (QueuedEvent queued : events) {
            if (queued.event().mayCreate()) {
                byDay.computeIfAbsent(Draft.dayOf(queued.event().target().id()), day -> new ArrayList<>())
                        .add(queued);
            }
        }
        return byDay;
    }

    private Future<Void> create(LocalDate day) {
        Future<Void> existing = known.get(day);
        if (existing != null) {
            return existing;
        }
        Future<Void> creation = store.ensurePartitions(day);
        known.put(day, creation);
        return creation.onFailure(failure -> known.remove(day, creation));
    }

    /** Forgets all known days, because a cleanup has dropped one. */
    void forget() {
        known.clear();
    }
}
