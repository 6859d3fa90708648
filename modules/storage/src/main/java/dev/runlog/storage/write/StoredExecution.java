package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The head of an execution with values that only recording needs.
 *
 * @param ownerId the ID of {@code head.owner()} in the database
 */
public record StoredExecution(
        Execution head,
        int ownerId,
        Start start,
        @Nullable Duration heartbeatTimeout) {

    /** What is known about the start; the ordinal is stored. */
    public enum Start {
        /** Only other events have been recorded. */
        UNKNOWN,
        /** It gave no time, so another event may know it better. */
        WITHOUT_TIME,
        WITH_TIME
    }
}
