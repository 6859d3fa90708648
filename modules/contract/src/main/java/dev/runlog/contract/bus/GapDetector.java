package dev.runlog.contract.bus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Numbers the announcements of this process and detects missing announcements of others. Between processes the bus
 * delivers at most once: if a connection breaks, or a process dies between its commit and its announcement, messages
 * are lost silently. Each beat lists the latest number of every stream. A missing number, or more than three missed
 * beats of a known process, is a gap. This works with any cluster manager.
 *
 * <p>The announcements of one type from one thread form a stream, which arrives in order. Thread-safe.
 */
final class GapDetector {
    private static final int BEATS_MISSED_MAX = 3;
    private static final char SEPARATOR = ' ';

    /** Position of an announcement in its stream. */
    record Stamp(String stream, long number) {}

    private final String origin;
    private final Map<String, Long> sent = new HashMap<>();
    private final Set<String> typesHeard = new HashSet<>();
    private final Map<String, Long> seen = new HashMap<>();
    /** Number that the last beat reported for each stream. Later announcements may still be in transit. */
    private final Map<String, Long> claimed = new HashMap<>();

    private final Map<String, Integer> beatsMissed = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean gap;

    GapDetector() {
        this(UUID.randomUUID().toString());
    }

    GapDetector(String origin) {
        this.origin = origin;
    }

    /** Returns the stamp for the next announcement of the calling thread. */
    synchronized Stamp stamp(Class<?> type) {
        String stream = origin + SEPARATOR + Thread.currentThread().getId() + SEPARATOR + type.getName();
        return new Stamp(stream, sent.merge(stream, 1L, Long::sum));
    }

    synchronized Beat beat() {
        return new Beat(origin, sent);
    }

    /** Starts to check announcements of the type for gaps. */
    synchronized void listenTo(Class<?> type) {
        typesHeard.add(type.getName());
    }

    synchronized void onGap(Runnable listener) {
        listeners.add(listener);
    }

    /** Number of other processes that are known to be alive. */
    synchronized int peers() {
        return beatsMissed.size();
    }

    synchronized void received(Stamp stamp) {
        if (originOf(stamp.stream()).equals(origin)) {
            return;
        }
        long before = seen.getOrDefault(stamp.stream(), 0L);
        if (stamp.number() > before) {
            seen.put(stamp.stream(), stamp.number());
            gap |= stamp.number() > before + 1;
        }
    }

    /**
     * Everything that the previous beat listed must have arrived by now; what this one lists may still be in transit.
     */
    synchronized void received(Beat beat) {
        if (beat.origin().equals(origin)) {
            return;
        }
        beatsMissed.put(beat.origin(), 0);
        beat.announced().forEach((stream, number) -> {
            Long due = claimed.put(stream, number);
            if (due != null && typesHeard.contains(typeOf(stream)) && seen.getOrDefault(stream, 0L) < due) {
                seen.put(stream, due);
                gap = true;
            }
        });
    }

    /** Counts missed beats and reports a gap. Called once per beat interval. */
    void tick() {
        for (Runnable listener : listenersToNotify()) {
            listener.run();
        }
    }

    private synchronized List<Runnable> listenersToNotify() {
        beatsMissed.replaceAll((peer, missed) -> missed + 1);
        for (String peer : List.copyOf(beatsMissed.keySet())) {
            if (beatsMissed.getOrDefault(peer, 0) > BEATS_MISSED_MAX) {
                beatsMissed.remove(peer);
                seen.keySet().removeIf(stream -> originOf(stream).equals(peer));
                claimed.keySet().removeIf(stream -> originOf(stream).equals(peer));
                gap = true;
            }
        }
        if (!gap) {
            return List.of();
        }
        gap = false;
        return List.copyOf(listeners);
    }

    private static String originOf(String stream) {
        return stream.substring(0, stream.indexOf(SEPARATOR));
    }

    private static String typeOf(String stream) {
        return stream.substring(stream.lastIndexOf(SEPARATOR) + 1);
    }
}
