package dev.runlog.contract.bus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Numbers what this process announces, and notices where announcements of others are missing. Between processes the bus
 * delivers at most once: a connection that breaks, or a process that dies between its commit and its announcement, loses
 * messages without a word. Beats tell what should have come; whoever misses a number, or three beats of a process that
 * it knew, has a gap. It does not matter which engine keeps the cluster together, nor what it takes for a member.
 *
 * <p>Announcements of a type that one thread makes are a stream: they arrive in order. Safe for any thread.
 */
final class Continuity {
    private static final int BEATS_MISSED_MAX = 3;
    private static final char SEPARATOR = ' ';

    /** The place of an announcement in its stream. */
    record Stamp(String stream, long number) {}

    private final String origin;
    private final Map<String, Long> sent = new HashMap<>();
    private final Set<String> typesHeard = new HashSet<>();
    private final Map<String, Long> seen = new HashMap<>();
    /** What the last beat of each stream's process said; what was announced after it may still be on its way. */
    private final Map<String, Long> claimed = new HashMap<>();

    private final Map<String, Integer> beatsMissed = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean gap;

    Continuity() {
        this(UUID.randomUUID().toString());
    }

    Continuity(String origin) {
        this.origin = origin;
    }

    /** The stamp of the next announcement of the calling thread. */
    synchronized Stamp stamp(Class<?> type) {
        String stream = origin + SEPARATOR + Thread.currentThread().getId() + SEPARATOR + type.getName();
        return new Stamp(stream, sent.merge(stream, 1L, Long::sum));
    }

    synchronized Beat beat() {
        return new Beat(origin, sent);
    }

    /** From now on announcements of the type matter. */
    synchronized void listenTo(Class<?> type) {
        typesHeard.add(type.getName());
    }

    synchronized void onGap(Runnable listener) {
        listeners.add(listener);
    }

    /** How many other processes are there. */
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

    /** What the beat before had claimed must be here by now; what this one claims may still come. */
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

    /** Called once for each interval between beats: counts those that are missing, and tells of a gap. */
    void tick() {
        for (Runnable listener : listenersToTell()) {
            listener.run();
        }
    }

    private synchronized List<Runnable> listenersToTell() {
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
