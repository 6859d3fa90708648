package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import org.jspecify.annotations.Nullable;

/**
 * One event of a subscription.
 *
 * @param cursor continues here when it is handed back
 * @param execution as it stands; null for {@code SYNCED} and {@code RESET}
 */
public record LiveEvent(Kind kind, String cursor, @Nullable Execution execution) {

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

    /** Both as one: what who has seen neither needs to know; null where that is nothing. */
    static @Nullable LiveEvent merged(LiveEvent earlier, LiveEvent later) {
        boolean wasIn = earlier.kind != Kind.ENTERED;
        boolean isIn = later.kind != Kind.LEFT;
        if (!wasIn && !isIn) {
            return null;
        }
        Kind kind = !isIn ? Kind.LEFT : wasIn ? Kind.UPDATED : Kind.ENTERED;
        return new LiveEvent(kind, later.cursor, later.execution);
    }
}
