package dev.runlog.storage;

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
 * Decides whose statement gets the next connection: that of the owner who has used the least database time since it
 * began to ask (start-time fair queuing, Goyal, Vin and Cheng 1996). A flood therefore waits behind itself. An owner
 * that asks alone may use every connection except the reserved ones, which go only to owners that use none: however
 * long the statements of one owner run, another finds a connection free.
 *
 * @param <T> what waits for a turn
 */
final class FairTurns<T> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Weight of the latest statement in the moving average of their times. */
    private static final double LATEST_WEIGHT = 0.2;

    private final int connectionsMax;
    private final int reserved;
    private final int waitingMax;
    private final double ownerShare;

    /** The owners that have a statement running or waiting. */
    private final Map<String, Owner<T>> active = new HashMap<>();
    /** Those of them that have a statement waiting, the next one first. */
    private final TreeSet<Owner<T>> waiting = new TreeSet<>(
            Comparator.<Owner<T>>comparingDouble(owner -> owner.usedNanos).thenComparingLong(owner -> owner.number));

    private int running;
    private int waitingStatements;
    private long ownersSeen;
    /** What the owner that was served last had used; an owner that begins to ask starts from there. */
    private double servedNanos;
    /** The time of a statement, lately, of any owner. */
    private double meanNanos;

    /**
     * Turns that are all free.
     *
     * @param connections how many connections one owner may use
     * @param reserved how many more there are for owners that use none
     * @param waitingMax how many statements may wait
     * @param ownerShare how many an owner may have waiting, as a multiple of the room that is left
     */
    FairTurns(int connections, int reserved, int waitingMax, double ownerShare) {
        this.connectionsMax = connections;
        this.reserved = reserved;
        this.waitingMax = waitingMax;
        this.ownerShare = ownerShare;
    }

    /** Adds a statement that waits; fails with {@code OVERLOADED} if there is no room for it. */
    void add(String owner, T statement, long nowNanos) {
        requireRoom(owner);
        Owner<T> own = active.get(owner);
        if (own == null) {
            own = new Owner<>(owner, ownersSeen++, servedNanos, meanNanos);
            active.put(owner, own);
        }
        own.statements.add(new Waiting<>(statement, nowNanos));
        waitingStatements++;
        waiting.add(own);
    }

    /** Takes the statement whose turn it is, or {@code null} if there is none or no connection for it. */
    @Nullable
    Turn<T> next() {
        Owner<T> own = nextOwner();
        if (own == null) {
            return null;
        }
        servedNanos = Math.max(servedNanos, waiting.first().usedNanos);
        waiting.remove(own);
        T statement = own.statements.remove().statement;
        waitingStatements--;
        // Its time is not known yet. Without an estimate, a burst would count as nothing until its first answer.
        double expectedNanos = own.meanNanos;
        own.usedNanos += expectedNanos;
        own.running++;
        running++;
        if (!own.statements.isEmpty()) {
            waiting.add(own);
        }
        return new Turn<>(own, statement, expectedNanos);
    }

    /** Ends a turn and charges its owner for the time that it took. */
    void end(Turn<T> turn, long nanos) {
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
    List<T> removeWaitingSince(long nanos) {
        List<T> expired = new ArrayList<>();
        for (Owner<T> own : List.copyOf(waiting)) {
            while (!own.statements.isEmpty() && own.statements.element().sinceNanos - nanos <= 0) {
                expired.add(own.statements.remove().statement);
                waitingStatements--;
            }
            if (own.statements.isEmpty()) {
                waiting.remove(own);
                removeIfIdle(own);
            }
        }
        return expired;
    }

    /** How many statements wait. */
    int waiting() {
        return waitingStatements;
    }

    /** Since when the statement that has waited longest waits; {@code ifNone} if none does. */
    long oldestSince(long ifNone) {
        return waiting.stream()
                .mapToLong(own -> own.statements.element().sinceNanos)
                .reduce((one, other) -> one - other < 0 ? one : other)
                .orElse(ifNone);
    }

    private void requireRoom(String owner) {
        int left = waitingMax - waitingStatements;
        if (left <= 0) {
            throw RunlogException.overloaded("Too many reads wait for the database.", RETRY_AFTER);
        }
        Owner<T> own = active.get(owner);
        int held = own == null ? 0 : own.statements.size();
        if (held > 0 && held + 1 > ownerShare * left) {
            throw RunlogException.overloaded("Too many reads of this owner wait for the database.", RETRY_AFTER);
        }
    }

    private @Nullable Owner<T> nextOwner() {
        if (running < connectionsMax) {
            return waiting.isEmpty() ? null : waiting.first();
        }
        if (running == connectionsMax + reserved) {
            return null;
        }
        // No more owners can be passed over than there are connections, as each of them uses one.
        for (Iterator<Owner<T>> owners = waiting.iterator(); owners.hasNext(); ) {
            Owner<T> own = owners.next();
            if (own.running == 0) {
                return own;
            }
        }
        return null;
    }

    private void removeIfIdle(Owner<T> own) {
        if (own.running == 0 && own.statements.isEmpty()) {
            active.remove(own.name);
        }
    }

    /** A statement that has a connection. */
    static final class Turn<T> {
        private final Owner<T> owner;
        private final T statement;
        private final double expectedNanos;

        private Turn(Owner<T> owner, T statement, double expectedNanos) {
            this.owner = owner;
            this.statement = statement;
            this.expectedNanos = expectedNanos;
        }

        T statement() {
            return statement;
        }
    }

    private record Waiting<T>(T statement, long sinceNanos) {}

    private static final class Owner<T> {
        final String name;
        final long number;
        final Deque<Waiting<T>> statements = new ArrayDeque<>();
        /** Database time, counted from what others had used when the owner began to ask. */
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
