package dev.runlog.recording.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * Waiting events, taken from each owner in turn: a flood delays only the events of its owner. The events of an owner
 * stay in order. Adding and taking an event takes constant time.
 */
public final class FairQueue {
    /**
     * Events of an owner per turn. More than one, because a start and a finish written together are one row; few enough
     * that a batch has turns of many owners.
     */
    private static final int TURN_EVENTS = 32;

    private static final int TURN_CHARS = 256 << 10;

    private final Map<String, OwnerQueue> byOwner = new HashMap<>();
    /** The owners with waiting events; the next one first. */
    private final Queue<OwnerQueue> turns = new ArrayDeque<>();

    private int events;
    private long chars;

    void add(QueuedEvent event) {
        OwnerQueue queue = byOwner.get(event.owner());
        if (queue == null) {
            queue = new OwnerQueue(event.owner());
            byOwner.put(event.owner(), queue);
            turns.add(queue);
        }
        long added = event.chars();
        queue.events.add(event);
        queue.chars += added;
        events++;
        chars += added;
    }

    /**
     * Takes a batch of up to {@code eventsMax} events. It ends with the event that reaches {@code charsMax}.
     *
     * @param isAwaited whether a caller still waits for an event; other events are dropped
     */
    List<QueuedEvent> take(int eventsMax, long charsMax, Predicate<QueuedEvent> isAwaited) {
        List<QueuedEvent> batch = new ArrayList<>(Math.min(events, eventsMax));
        long batchChars = 0;
        while (batch.size() < eventsMax && batchChars < charsMax) {
            OwnerQueue queue = turns.poll();
            if (queue == null) {
                break;
            }
            int turnEnd = Math.min(eventsMax, batch.size() + TURN_EVENTS);
            long turnCharsEnd = Math.min(charsMax, batchChars + TURN_CHARS);
            while (batch.size() < turnEnd && batchChars < turnCharsEnd && !queue.events.isEmpty()) {
                QueuedEvent event = remove(queue);
                if (isAwaited.test(event)) {
                    batch.add(event);
                    batchChars += event.chars();
                }
            }
            if (queue.events.isEmpty()) {
                byOwner.remove(queue.owner);
            } else {
                turns.add(queue);
            }
        }
        return batch;
    }

    private QueuedEvent remove(OwnerQueue queue) {
        QueuedEvent event = queue.events.remove();
        long removed = event.chars();
        queue.chars -= removed;
        chars -= removed;
        events--;
        return event;
    }

    boolean isEmpty() {
        return events == 0;
    }

    public int events() {
        return events;
    }

    long chars() {
        return chars;
    }

    int eventsOf(String owner) {
        OwnerQueue queue = byOwner.get(owner);
        return queue == null ? 0 : queue.events.size();
    }

    long charsOf(String owner) {
        OwnerQueue queue = byOwner.get(owner);
        return queue == null ? 0 : queue.chars;
    }

    private static final class OwnerQueue {
        final String owner;
        final Queue<QueuedEvent> events = new ArrayDeque<>();
        long chars;

        OwnerQueue(String owner) {
            this.owner = owner;
        }
    }
}
