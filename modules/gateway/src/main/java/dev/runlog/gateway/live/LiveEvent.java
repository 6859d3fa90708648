package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One event of a subscription. Equal where it is the same event, so that it needs to be rendered only once. */
public final class LiveEvent {
    private final Kind kind;
    private final Cursors cursors;
    private final long number;
    private final @Nullable Execution execution;

    /** {@code number} is that of the change after which it continues, or {@link Cursors#NOWHERE}. */
    LiveEvent(Kind kind, Cursors cursors, long number, @Nullable Execution execution) {
        this.kind = kind;
        this.cursors = cursors;
        this.number = number;
        this.execution = execution;
    }

    /** What happened to an execution with regard to what is watched. */
    public enum Kind {
        ENTERED,
        UPDATED,
        LEFT,
        /** The snapshot is whole. */
        SYNCED,
        /** Something was missed; a new snapshot follows. */
        RESET
    }

    public Kind kind() {
        return kind;
    }

    /** Continues here when it is handed back. */
    public String cursor() {
        return cursors.of(number);
    }

    /** As it stands; null for {@code SYNCED} and {@code RESET}. */
    public @Nullable Execution execution() {
        return execution;
    }

    long number() {
        return number;
    }

    /** The same as another kind of event. */
    LiveEvent as(Kind wanted) {
        return kind == wanted ? this : new LiveEvent(wanted, cursors, number, execution);
    }

    /**
     * Both as one: what who has seen neither needs to know; null where that is nothing.
     *
     * @param exact whether {@code ENTERED} is surely news; a snapshot may have told it before, and then the subscriber
     *     has to learn that it {@code LEFT}
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
    @SuppressWarnings("ReferenceEquality") // A change's execution is one object, shared by all who are told of it.
    public boolean equals(@Nullable Object other) {
        return other instanceof LiveEvent event
                && kind == event.kind
                && number == event.number
                && execution == event.execution
                && cursors == event.cursors;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, number, System.identityHashCode(execution), System.identityHashCode(cursors));
    }
}
