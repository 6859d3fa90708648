package dev.runlog.gateway.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for one subscriber. Beyond its bound, it keeps only the newest event of each execution, until it
 * is empty. Its size therefore depends on the number of executions that changed, not on time.
 */
final class EventQueue {
    private final int eventsMax;
    private final Deque<LiveEvent> events = new ArrayDeque<>(2);
    private @Nullable Map<UUID, LiveEvent> coalesced;

    EventQueue(int eventsMax) {
        this.eventsMax = eventsMax;
    }

    /**
     * Adds the change of an execution, and returns whether the queue is within its bound.
     *
     * @param exact whether it is certain that the subscriber does not know executions that wait as {@code ENTERED}
     */
    boolean add(LiveEvent event, boolean exact) {
        if (coalesced != null) {
            coalesce(coalesced, event, exact);
            return coalesced.size() <= eventsMax;
        }
        events.addLast(event);
        if (events.size() <= eventsMax) {
            return true;
        }
        Map<UUID, LiveEvent> newest = new LinkedHashMap<>();
        events.forEach(waiting -> coalesce(newest, waiting, exact));
        events.clear();
        coalesced = newest;
        return newest.size() <= eventsMax;
    }

    @Nullable
    LiveEvent poll() {
        if (coalesced == null) {
            return events.pollFirst();
        }
        Iterator<LiveEvent> oldest = coalesced.values().iterator();
        LiveEvent event = oldest.hasNext() ? oldest.next() : null;
        if (event != null) {
            oldest.remove();
        }
        if (coalesced.isEmpty()) {
            coalesced = null;
        }
        return event;
    }

    /** An execution moves to the position of its newest event, as that event's cursor covers all earlier ones. */
    private static void coalesce(Map<UUID, LiveEvent> newest, LiveEvent event, boolean exact) {
        if (event.execution() == null) {
            throw new IllegalArgumentException(event.kind() + " is not the change of an execution.");
        }
        UUID id = event.execution().id();
        LiveEvent earlier = newest.remove(id);
        LiveEvent merged = earlier == null ? event : LiveEvent.merged(earlier, event, exact);
        if (merged != null) {
            newest.put(id, merged);
        }
    }
}
