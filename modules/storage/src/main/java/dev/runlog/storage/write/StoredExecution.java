package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of an execution with values that only recording needs.
 *
 * @param ownerId the ID of {@code head.owner()} in the database
 */
public record StoredExecution(
        Execution head, int ownerId, Start start, @Nullable Duration heartbeatTimeout) {

    /** What is known about the start. */
    public enum Start {
        /** Only other events have been recorded. */
        UNKNOWN(0),
        /** It gave no time, so another event may know it better. */
        WITHOUT_TIME(1),
        WITH_TIME(2);

        private static final List<Start> BY_NUMBER = List.of(values());

        private final int number;

        Start(int number) {
            this.number = number;
        }

        /** Number of this state in the database. */
        int number() {
            return number;
        }

        static Start ofNumber(int number) {
            return BY_NUMBER.get(number);
        }
    }
}
