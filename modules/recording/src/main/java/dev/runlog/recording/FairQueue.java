package dev.runlog.recording;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * Events that wait, taken owner by owner in turn: who floods it waits behind their own events, not others behind them.
 * The events of an owner keep their order. Each event costs the same, however many wait and whose they are.
 */
final class FairQueue {
    /**
     * What an owner takes a turn. More than one event, as the start and the finish of a run are one row where they are
     * written together; few enough that a batch holds the turns of many.
     */
    private static final int TURN_EVENTS = 32;

    private static final int TURN_CHARS = 256 << 10;

    private final Map<String, Waiting> byOwner = new HashMap<>();
    /** The owners of whom something waits, who is next first. */
    private final Queue<Waiting> turns = new ArrayDeque<>();

    private int events;
    private long chars;

    void add(QueuedEvent event) {
        Waiting own = byOwner.get(event.owner());
        if (own == null) {
            own = new Waiting(event.owner());
            byOwner.put(event.owner(), own);
            turns.add(own);
        }
        long more = event.chars();
        own.events.add(event);
        own.chars += more;
        events++;
        chars += more;
    }

    /**
     * Takes what makes a batch: up to so many events, and the one that reaches so many characters.
     *
     * @param awaited tells of an event whether anybody waits for it still; it is dropped where not
     */
    List<QueuedEvent> take(int eventsMax, long charsMax, Predicate<QueuedEvent> awaited) {
        List<QueuedEvent> batch = new ArrayList<>(Math.min(events, eventsMax));
        long batchChars = 0;
        while (batch.size() < eventsMax && batchChars < charsMax) {
            Waiting own = turns.poll();
            if (own == null) {
                break;
            }
            int turnEnd = Math.min(eventsMax, batch.size() + TURN_EVENTS);
            long turnCharsEnd = Math.min(charsMax, batchChars + TURN_CHARS);
            while (batch.size() < turnEnd && batchChars < turnCharsEnd && !own.events.isEmpty()) {
                QueuedEvent event = remove(own);
                if (awaited.test(event)) {
                    batch.add(event);
                    batchChars += event.chars();
                }
            }
            if (own.events.isEmpty()) {
                byOwner.remove(own.owner);
            } else {
                turns.add(own);
            }
        }
        return batch;
    }

    private QueuedEvent remove(Waiting own) {
        QueuedEvent event = own.events.remove();
        long less = event.chars();
        own.chars -= less;
        chars -= less;
        events--;
        return event;
    }

    boolean isEmpty() {
        return events == 0;
    }

    int events() {
        return events;
    }

    long chars() {
        return chars;
    }

    int eventsOf(String owner) {
        Waiting own = byOwner.get(owner);
        return own == null ? 0 : own.events.size();
    }

    long charsOf(String owner) {
        Waiting own = byOwner.get(owner);
        return own == null ? 0 : own.chars;
    }

    private static final class Waiting {
        final String owner;
        final Queue<QueuedEvent> events = new ArrayDeque<>();
        long chars;

        Waiting(String owner) {
            this.owner = owner;
        }
    }
}
