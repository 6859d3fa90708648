package dev.runlog.recording;

import dev.runlog.contract.error.RunlogException;
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

/** Makes partitions ahead, and on demand for events of other days, as many as their owners and callers may have. */
final class Partitions {
    private final RecordingStore store;
    private final HourlyQuota quota;
    /** Those that are made or in the making, so that the lanes do not race for a day. */
    private final Map<LocalDate, Future<Void>> known = new HashMap<>();

    Partitions(RecordingStore store, HourlyQuota quota) {
        this.store = store;
        this.quota = quota;
    }

    /** Sees to it that the days have partitions; costs nothing for days that are known to have. */
    Future<Void> ensure(Collection<LocalDate> days) {
        Future<Void> done = Future.succeededFuture();
        for (LocalDate day : days) {
            done = done.compose(last -> make(day));
        }
        return done;
    }

    /** The same for the days of events that may begin an execution; returns the days that are refused, and why. */
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
                RunlogException refusal = known.containsKey(day) ? null : open(byDay.getOrDefault(day, List.of()));
                if (refusal != null) {
                    refused.put(day, refusal);
                }
            }
            Set<LocalDate> allowed = byDay.keySet();
            allowed.removeAll(refused.keySet());
            return ensure(allowed).map(refused);
        });
    }

    /** Charges a new day to the first of its events whose owner and caller may open one; else returns why none may. */
    private @Nullable RunlogException open(List<QueuedEvent> events) {
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
            if (queued.event().workflow() != null) {
                byDay.computeIfAbsent(Draft.dayOf(queued.event().executionId()), day -> new ArrayList<>())
                        .add(queued);
            }
        }
        return byDay;
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
