package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The most recent changes, numbered. From it, subscribers read the changes since their snapshot began or since they
 * were disconnected. It also restores order: announcements of one execution from different writers may overtake each
 * other, and an execution must not return to a state that it has left.
 *
 * <p>One thread adds changes. Every event loop reads them with a {@link Reader} of its own.
 */
final class ChangeLog {
    /**
     * A change as subscribers see it.
     *
     * @param before the previous status; null if it was unknown
     * @param earlier the state of the earlier entry; null if the log had none
     * @param execution the newest known state, which is never older than that of an earlier entry
     * @param disputed whether this state may be older than that of an earlier entry
     */
    record Entry(
            long number,
            @Nullable ExecutionStatus before,
            @Nullable Execution earlier,
            Execution execution,
            boolean disputed) {}

    private final AtomicReferenceArray<@Nullable Entry> ring;
    private final Map<UUID, Entry> newest = new HashMap<>();
    private volatile long last;

    ChangeLog(int changesMax) {
        this.ring = new AtomicReferenceArray<>(changesMax);
    }

    /**
     * Appends an announcement. Each change of status is announced once, so subscribers that know the previous status
     * get it in any order of announcements, always with the newest state.
     */
    Entry add(Change change) {
        Entry known = newest.get(change.execution().id());
        Execution shown = known != null && isOlder(change.execution(), known.execution())
                ? known.execution()
                : change.execution();
        boolean disputed = known != null && shown.held() != known.execution().held();
        long number = last + 1;
        Entry entry = new Entry(number, change.before(), known == null ? null : known.execution(), shown, disputed);
        Entry oldest = ring.getAndSet(slot(number), entry);
        if (oldest != null) {
            newest.remove(oldest.execution().id(), oldest);
        }
        newest.put(shown.id(), entry);
        // Readers look at the number first, so the entry must be there.
        last = number;
        return entry;
    }

    /** Returns a reader that starts after the newest change. */
    Reader reader() {
        return new Reader();
    }

    private int slot(long number) {
        return (int) (number % ring.length());
    }

    /**
     * The log as one event loop sees it: up to the change that the loop has offered to its subscribers. Used on that
     * loop.
     */
    final class Reader {
        private long seen = last;

        /** Number of the newest change that the loop has seen. */
        long last() {
            return seen;
        }

        /** Whether all changes after this number are still in the log. */
        boolean hasAllAfter(long number) {
            return number <= seen && last - number <= ring.length();
        }

        /** Returns a change that the loop has seen; null if newer ones have replaced it. */
        @Nullable
        Entry get(long number) {
            Entry entry = ring.get(slot(number));
            return entry != null && entry.number() == number ? entry : null;
        }

        /** Whether there are changes that the loop has not seen. */
        boolean hasNext() {
            return seen < last;
        }

        /** Sees the next change; returns null, without seeing it, if newer ones have replaced it. */
        @Nullable
        Entry next() {
            Entry entry = get(seen + 1);
            if (entry != null) {
                seen++;
            }
            return entry;
        }

        /** Skips the changes that the loop has not seen. */
        void skip() {
            seen = last;
        }
    }

    /** Whether one state is certainly older than the other. */
    private static boolean isOlder(Execution one, Execution other) {
        int rank = rank(one.status());
        int otherRank = rank(other.status());
        if (rank != otherRank) {
            return rank < otherRank;
        }
        Instant deadline = one.heartbeatDeadline();
        Instant otherDeadline = other.heartbeatDeadline();
        return deadline != null && otherDeadline != null && deadline.isBefore(otherDeadline);
    }

    /**
     * Statuses follow each other in this order only: a late finish replaces {@code CRASHED}, and other ends are final.
     */
    private static int rank(ExecutionStatus status) {
        return switch (status) {
            case QUEUED -> 0;
            case RUNNING -> 1;
            case CRASHED -> 2;
            case SUCCESS, FAILED, CANCELLED -> 3;
        };
    }
}
