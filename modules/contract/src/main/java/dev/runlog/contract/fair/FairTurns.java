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
 * Decides whose task comes next: that of the owner who has used the least time since it began to ask (start-time fair
 * queuing, Goyal, Vin and Cheng 1996). A flood therefore waits behind itself. An owner that asks alone may use every
 * place except the reserved ones, which go only to owners that use none: however long the tasks of one owner take,
 * another finds a place free. Not safe for use by several threads at once.
 *
 * @param <T> what waits for a turn
 */
public final class FairTurns<T> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Weight of the latest task in the moving average of task times. */
    private static final double LATEST_WEIGHT = 0.2;

    private final String what;
    private final int placesMax;
    private final int reserved;
    private final int waitingMax;
    private final double ownerShare;

    /** The owners that have a task running or waiting. */
    private final Map<String, Owner<T>> active = new HashMap<>();
    /** Those of them that have a task waiting, the next one first. */
    private final TreeSet<Owner<T>> waiting = new TreeSet<>(
            Comparator.<Owner<T>>comparingDouble(owner -> owner.usedNanos).thenComparingLong(owner -> owner.number));

    private int running;
    private int tasksWaiting;
    private long ownersSeen;
    /** What the owner that was served last had used; an owner that begins to ask starts from there. */
    private double servedNanos;
    /** The time of a task, lately, of any owner. */
    private double meanNanos;

    /**
     * Turns that are all free.
     *
     * @param what waits, as a refusal says it: "Too many {@code what} wait."
     * @param places how many turns one owner may have at once
     * @param reserved how many more there are for owners that use none
     * @param waitingMax how many tasks may wait
     * @param ownerShare how many an owner may have waiting, as a multiple of the room that is left
     */
    public FairTurns(String what, int places, int reserved, int waitingMax, double ownerShare) {
        this.what = what;
        this.placesMax = places;
        this.reserved = reserved;
        this.waitingMax = waitingMax;
        this.ownerShare = ownerShare;
    }

    /** Adds a task that waits; fails with {@code OVERLOADED} if there is no room for it. */
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

    /** Takes the task whose turn it is, or returns {@code null} if there is none or no place for it. */
    public @Nullable Turn<T> next() {
        Owner<T> own = nextOwner();
        if (own == null) {
            return null;
        }
        servedNanos = Math.max(servedNanos, waiting.first().usedNanos);
        waiting.remove(own);
        T task = own.tasks.remove().task;
        tasksWaiting--;
        // Its time is not known yet. Without an estimate, a burst would count as nothing until its first answer.
        double expectedNanos = own.meanNanos;
        own.usedNanos += expectedNanos;
        own.running++;
        running++;
        if (!own.tasks.isEmpty()) {
            waiting.add(own);
        }
        return new Turn<>(own, task, expectedNanos);
    }

    /** Ends a turn and charges its owner for the time that it took. */
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

    /** Removes and returns what has waited since the given time or longer. */
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

    /** How many tasks wait. */
    public int waiting() {
        return tasksWaiting;
    }

    /** Since when the task that has waited longest waits; {@code ifNone} if none does. */
    public long oldestSince(long ifNone) {
        return waiting.stream()
                .mapToLong(own -> own.tasks.element().sinceNanos)
                .reduce((one, other) -> one - other < 0 ? one : other)
                .orElse(ifNone);
    }

    private void requireRoom(String owner) {
        int left = waitingMax - tasksWaiting;
        if (left <= 0) {
            throw RunlogException.overloaded("Too many " + what + " wait.", RETRY_AFTER);
        }
        Owner<T> own = active.get(owner);
        int held = own == null ? 0 : own.tasks.size();
        if (held > 0 && held + 1 > ownerShare * left) {
            throw RunlogException.overloaded("Too many " + what + " of this owner wait.", RETRY_AFTER);
        }
    }

    private @Nullable Owner<T> nextOwner() {
        if (running < placesMax) {
            return waiting.isEmpty() ? null : waiting.first();
        }
        if (running == placesMax + reserved) {
            return null;
        }
        // No more owners can be passed over than there are places, as each of them uses one.
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

    /** A task that has a place. */
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
        /** Time used, counted from what others had used when the owner began to ask. */
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
