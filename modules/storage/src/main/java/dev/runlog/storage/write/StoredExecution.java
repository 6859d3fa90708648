package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The head of an execution with values that only recording needs.
 *
 * @param ownerId the ID of {@code head.owner()} in the database
 * @param startKnown false while only the finish is known
 */
public record StoredExecution(
        Execution head,
        int ownerId,
        boolean startKnown,
        @Nullable Duration heartbeatTimeout) {}
