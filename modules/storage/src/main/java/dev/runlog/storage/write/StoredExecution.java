package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An execution's head with what only recording needs of its row.
 *
 * @param ownerId the number of {@code head.owner()}
 * @param startKnown false while only the finish is known
 */
public record StoredExecution(
        Execution head,
        int ownerId,
        boolean startKnown,
        @Nullable Duration heartbeatTimeout) {}
