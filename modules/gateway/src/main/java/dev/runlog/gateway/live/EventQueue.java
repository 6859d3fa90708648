package dev.runlog.gateway.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one subscriber. Beyond its bound it is coalesced to the newest state of each execution, so that what
 * it holds never grows with time, only with the number of executions that changed.
 */
final class EventQueue {
    private final int eventsMax;
    private final Deque<LiveEvent> events = new ArrayDeque<>();

    EventQueue(int eventsMax) {
        this.eventsMax = eventsMax;
    }

    /** Returns whether it is within its bound, coalesced if need be. */
    boolean add(LiveEvent event) {
        events.addLast(event);
        if (events.size() > eventsMax) {
            coalesce();
        }
        return events.size() <= eventsMax;
    }

    @Nullable
    LiveEvent poll() {
        return events.pollFirst();
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    void clear() {
        events.clear();
    }

    /** An execution moves to the place of its newest event, as that event's cursor vouches for all before it. */
    private void coalesce() {
        Map<Object, LiveEvent> newest = new LinkedHashMap<>();
        int marks = 0;
        for (LiveEvent event : events) {
            if (event.execution() == null) {
                newest.put(marks++, event);
                continue;
            }
            UUID id = event.execution().id();
            LiveEvent earlier = newest.remove(id);
            LiveEvent merged = earlier == null ? event : LiveEvent.merged(earlier, event);
            if (merged != null) {
                newest.put(id, merged);
            }
        }
        events.clear();
        events.addAll(newest.values());
    }
}
