package dev.runlog.storage.write;

import java.util.UUID;

/**
 * A registered external ID.
 *
 * @param executionId its execution, which may have been deleted
 * @param reserved whether it has only been named by other executions so far
 * @param hasDay if it is reserved, whether the day of {@code executionId} has partitions
 */
public record StoredExternalId(ExternalKey key, UUID executionId, boolean reserved, boolean hasDay) {}
