package dev.runlog.contract.fair;

import dev.runlog.contract.error.RunlogException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fair queue that serves the owner with the least time used since it became active (start-time fair queuing, Goyal,
 * Vin and Cheng 1996). A flood from one owner therefore delays only that owner. A single active owner may use every
 * place except the reserved ones. Those are for owners that hold no place, so other owners can start even if one
 * owner's tasks take long. Not thread-safe.
 *
 * @param <T> type of a task
 */
public final class FairTurns<T> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Weight of the latest task in the moving average of task times. */
    private static final double LATEST_WEIGHT = 0.2;

    private final String taskNoun;
    private final int placesMax;
    private final int reserved;
    private final int waitingMax;
    private final double ownerShare;

    /** Owners with a running or waiting task. */
    private final Map<String, Owner<T>> active = new HashMap<>();
    /** Owners with a waiting task, the next one first. */
    private final TreeSet<Owner<T>> waiting = new TreeSet<>(
            Comparator.<Owner<T>>comparingDouble(owner -> owner.usedNanos).thenComparingLong(owner -> owner.number));

    private int running;
    private int tasksWaiting;
    private long ownersSeen;
    /** Time used by the owner that was served last; the starting point for owners that become active. */
    private double servedNanos;
    /** Moving average of task times, over all owners. */
    private double meanNanos;

    /**
     * Creates a queue with all places free.
     *
     * @param taskNoun plural noun for tasks in error messages: "Too many {@code reads} are waiting."
     * @param places places that a single owner may hold at once
     * @param reserved additional places for owners that hold none
     * @param waitingMax maximum number of waiting tasks
     * @param ownerShare maximum number of waiting tasks of one owner, as a multiple of the remaining room
     */
    public FairTurns(String taskNoun, int places, int reserved, int waitingMax, double ownerShare) {
        this.taskNoun = taskNoun;
        this.placesMax = places;
        this.reserved = reserved;
        this.waitingMax = waitingMax;
        this.ownerShare = ownerShare;
    }

    /** Adds a waiting task; fails with {@code OVERLOADED} if there is no room. */
    public void add(String owner, T task, long nowNanos) {
        requireRoom(owner);
        Owner<T> own = active.get(owner);
        if (own == null) {
            own = new Owner<>(owner, ownersSeen++, servedNanos, meanNanos);
            active.put(owner, own);
        }
        if (own.tasks.isEmpty()) {
            own.usedNanos = Math.max(own.usedNanos, servedNanos);
        }
        own.tasks.add(new Waiting<>(task, nowNanos));
        tasksWaiting++;
        waiting.add(own);
    }

    /** Starts the next task; returns {@code null} if none is waiting or no place is free. */
    public @Nullable Turn<T> next() {
        Owner<T> own = nextOwner();
        if (own == null) {
            return null;
        }
        servedNanos = Math.max(servedNanos, waiting.first().usedNanos);
        waiting.remove(own);
        T task = own.tasks.remove().task;
        tasksWaiting--;
        // The real time is not known yet. Without an estimate, a burst would cost nothing until its first task ends.
        double expectedNanos = own.meanNanos;
        own.usedNanos += expectedNanos;
        own.running++;
        running++;
        if (!own.tasks.isEmpty()) {
            waiting.add(own);
        }
        return new Turn<>(own, task, expectedNanos);
    }

    /** Ends a turn and charges the time to its owner. */
    public void end(Turn<T> turn, long nanos) {
        Owner<T> own = turn.owner;
        boolean waits = waiting.remove(own);
        own.usedNanos += nanos - turn.expectedNanos;
        own.meanNanos += (nanos - own.meanNanos) * LATEST_WEIGHT;
        meanNanos += (nanos - meanNanos) * LATEST_WEIGHT;
        own.running--;
        running--;
        if (waits) {
            waiting.add(own);
        } else {
            removeIfIdle(own);
        }
    }

    /** Removes and returns the tasks that have waited since the given time or longer. */
    public List<T> removeWaitingSince(long nanos) {
        List<T> expired = new ArrayList<>();
        for (Owner<T> own : List.copyOf(waiting)) {
            while (!own.tasks.isEmpty() && own.tasks.element().sinceNanos - nanos <= 0) {
                expired.add(own.tasks.remove().task);
                tasksWaiting--;
            }
            if (own.tasks.isEmpty()) {
                waiting.remove(own);
                removeIfIdle(own);
            }
        }
        return expired;
    }

    /** Number of waiting tasks. */
    public int waiting() {
        return tasksWaiting;
    }

    /** Number of waiting tasks of an owner. */
    public int waiting(String owner) {
        Owner<T> own = active.get(owner);
        return own == null ? 0 : own.tasks.size();
    }

    /** Time at which the longest waiting task was added; {@code ifNone} if none is waiting. */
    public long oldestSince(long ifNone) {
        return waiting.stream()
                .mapToLong(own -> own.tasks.element().sinceNanos)
                .reduce((one, other) -> one - other < 0 ? one : other)
                .orElse(ifNone);
    }

    private void requireRoom(String owner) {
        int left = waitingMax - tasksWaiting;
        if (left <= 0) {
            throw RunlogException.overloaded("Too many " + taskNoun + " are waiting.", RETRY_AFTER);
        }
        int own = waiting(owner);
        if (own > 0 && own + 1 > ownerShare * left) {
            throw RunlogException.overloaded("This owner has too many waiting " + taskNoun + ".", RETRY_AFTER);
        }
    }

    private @Nullable Owner<T> nextOwner() {
        if (running < placesMax) {
            return waiting.isEmpty() ? null : waiting.first();
        }
        if (running == placesMax + reserved) {
            return null;
        }
        // Skips at most as many owners as there are places, because each skipped owner holds one.
        for (Iterator<Owner<T>> owners = waiting.iterator(); owners.hasNext(); ) {
            Owner<T> own = owners.next();
            if (own.running == 0) {
                return own;
            }
        }
        return null;
    }

    private void removeIfIdle(Owner<T> own) {
        if (own.running == 0 && own.tasks.isEmpty()) {
            active.remove(own.name);
        }
    }

    /** A running task. */
    public static final class Turn<T> {
        private final Owner<T> owner;
        private final T task;
        private final double expectedNanos;

        private Turn(Owner<T> owner, T task, double expectedNanos) {
            this.owner = owner;
            this.task = task;
            this.expectedNanos = expectedNanos;
        }

        public T task() {
            return task;
        }
    }

    private record Waiting<T>(T task, long sinceNanos) {}

    private static final class Owner<T> {
        final String name;
        final long number;
        final Deque<Waiting<T>> tasks = new ArrayDeque<>();
        /** Time used, offset by the time that others had used when the owner became active. */
        double usedNanos;

        double meanNanos;
        int running;

        Owner(String name, long number, double usedNanos, double meanNanos) {
            this.name = name;
            this.number = number;
            this.usedNanos = usedNanos;
            this.meanNanos = meanNanos;
        }
    }
}
