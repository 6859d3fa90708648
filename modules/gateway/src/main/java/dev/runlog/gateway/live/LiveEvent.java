package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One event of a subscription. Subscribers of the same channel share it, so it is rendered only once. */
public final class LiveEvent {
    private static final List<Execution> NONE = List.of();

    private final Kind kind;
    private final Cursors cursors;
    private final long number;
    private final @Nullable Execution execution;
    private final List<Execution> entered;

    private LiveEvent(Kind kind, Cursors cursors, long number, @Nullable Execution execution, List<Execution> entered) {
        this.kind = kind;
        this.cursors = cursors;
        this.number = number;
        this.execution = execution;
        this.entered = entered;
    }

    /** {@code number} is that of the change after which its cursor resumes, or {@link Cursors#NO_POSITION}. */
    static LiveEvent of(Kind kind, Cursors cursors, long number, @Nullable Execution execution) {
        return new LiveEvent(kind, cursors, number, execution, NONE);
    }

    /** A page of a snapshot. */
    static LiveEvent page(Cursors cursors, List<Execution> entered) {
        return new LiveEvent(Kind.ENTERED, cursors, Cursors.NO_POSITION, null, entered);
    }

    /** What happened to an execution, as seen by the subscription. */
    public enum Kind {
        ENTERED,
        UPDATED,
        LEFT,
        /** The snapshot is complete. */
        SYNCED,
        /** Events were missed; a new snapshot follows. */
        RESET
    }

    public Kind kind() {
        return kind;
    }

    /** Resumes after this event. */
    public String cursor() {
        return cursors.of(number);
    }

    /** Its current state; null for {@code SYNCED}, {@code RESET} and a page of a snapshot. */
    public @Nullable Execution execution() {
        return execution;
    }

    /** The executions of a page of a snapshot; empty for every other event. */
    public List<Execution> entered() {
        return entered;
    }

    /** Whether it is a page of a snapshot. */
    public boolean isPage() {
        return !entered.isEmpty();
    }

    /** Whether it is a change, which is one object for all subscribers. Other events belong to one subscription. */
    public boolean isShared() {
        return number != Cursors.NO_POSITION;
    }

    long number() {
        return number;
    }

    /** The same event with another kind. */
    LiveEvent as(Kind wanted) {
        return kind == wanted ? this : of(wanted, cursors, number, execution);
    }

    /**
     * Merges two events for a subscriber that has seen neither; null if nothing is left to report.
     *
     * @param exact whether it is certain that the subscriber did not know an execution that {@code ENTERED}. If it may
     *     have been in the snapshot, the subscriber must be notified that it {@code LEFT}
     */
    static @Nullable LiveEvent merged(LiveEvent earlier, LiveEvent later, boolean exact) {
        boolean wasIn = earlier.kind != Kind.ENTERED;
        boolean isIn = later.kind != Kind.LEFT;
        if (!wasIn && !isIn && exact) {
            return null;
        }
        return later.as(!isIn ? Kind.LEFT : wasIn ? Kind.UPDATED : Kind.ENTERED);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // The execution of a change is one object, shared by all subscribers.
    public boolean equals(@Nullable Object other) {
        return other instanceof LiveEvent event
                && kind == event.kind
                && number == event.number
                && execution == event.execution
                && entered == event.entered
                && cursors.equals(event.cursors);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                kind, number, System.identityHashCode(execution), System.identityHashCode(entered), cursors);
    }
}
