package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The most recent changes, numbered. From it, subscribers read the changes since their snapshot began or since they
 * were disconnected. It also restores order: announcements of one execution from different writers may overtake each
 * other, and an execution must not return to a state that it has left.
 */
final class ChangeLog {
    /**
     * A change as subscribers see it.
     *
     * @param before the previous status; null if it was unknown
     * @param execution the newest known state, which is never older than that of an earlier entry
     * @param disputed whether this state may be older than that of an earlier entry
     */
    record Entry(long number, @Nullable ExecutionStatus before, Execution execution, boolean disputed) {}

    private final Entry[] ring;
    private final Map<UUID, Entry> newest = new HashMap<>();
    private long last;

    ChangeLog(int changesMax) {
        this.ring = new Entry[changesMax];
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
        Entry entry = new Entry(++last, change.before(), shown, disputed);
        int slot = slot(last);
        Entry oldest = ring[slot];
        if (oldest != null) {
            newest.remove(oldest.execution().id(), oldest);
        }
        ring[slot] = entry;
        newest.put(shown.id(), entry);
        return entry;
    }

    /** Number of the newest change. */
    long last() {
        return last;
    }

    /** Whether all changes after this number are still in the log. */
    boolean hasAllAfter(long number) {
        return number <= last && last - number <= ring.length;
    }

    Entry get(long number) {
        return ring[slot(number)];
    }

    private int slot(long number) {
        return (int) (number % ring.length);
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
