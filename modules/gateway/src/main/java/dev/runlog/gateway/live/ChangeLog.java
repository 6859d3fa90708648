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
 * The last changes with their numbers: what came while a snapshot was read, and what who comes back has missed. It also
 * keeps order: announcements of one execution from different writers may overtake each other, and an execution must not
 * go back to a state that it has left.
 */
final class ChangeLog {
    /**
     * A change as it is to be shown.
     *
     * @param before its status before; null where it was unknown
     * @param execution its newest state known here, which is never older than what an earlier entry showed
     * @param disputed whether nothing tells which is newer, this or what an earlier entry showed
     */
    record Entry(long number, @Nullable ExecutionStatus before, Execution execution, boolean disputed) {}

    private final Entry[] ring;
    private final Map<UUID, Entry> newest = new HashMap<>();
    private long last;

    ChangeLog(int changesMax) {
        this.ring = new Entry[changesMax];
    }

    /**
     * Takes an announcement. Each step from one status to another is announced once, so that whoever holds the status
     * before learns of it, in whatever order the announcements come; what it learns is the newest state.
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

    /** The number of the newest change. */
    long last() {
        return last;
    }

    /** Whether everything after that number is still here. */
    boolean hasAllAfter(long number) {
        return number <= last && last - number <= ring.length;
    }

    Entry get(long number) {
        return ring[slot(number)];
    }

    private int slot(long number) {
        return (int) (number % ring.length);
    }

    /** Whether a state was left before another was entered, as far as the two tell. */
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

    /** Statuses only ever follow each other in this order: a late finish wins over {@code CRASHED}, an end is final. */
    private static int rank(ExecutionStatus status) {
        return switch (status) {
            case RUNNING -> 0;
            case CRASHED -> 1;
            case SUCCESS, FAILED, CANCELLED -> 2;
        };
    }
}
