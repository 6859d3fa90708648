package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One event of a subscription. Subscribers of the same channel share it, so it is rendered only once. */
public final class LiveEvent {
    private final Kind kind;
    private final Cursors cursors;
    private final long number;
    private final @Nullable Execution execution;

    /** {@code number} is that of the change after which its cursor resumes, or {@link Cursors#NO_POSITION}. */
    LiveEvent(Kind kind, Cursors cursors, long number, @Nullable Execution execution) {
        this.kind = kind;
        this.cursors = cursors;
        this.number = number;
        this.execution = execution;
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

    /** Its current state; null for {@code SYNCED} and {@code RESET}. */
    public @Nullable Execution execution() {
        return execution;
    }

    long number() {
        return number;
    }

    /** The same event with another kind. */
    LiveEvent as(Kind wanted) {
        return kind == wanted ? this : new LiveEvent(wanted, cursors, number, execution);
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
                && cursors.equals(event.cursors);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, number, System.identityHashCode(execution), cursors);
    }
}
