package dev.runlog.storage.write;

import java.util.UUID;

/**
 * A link from a stored execution to another one.
 *
 * @param to the other execution, which may not be stored
 * @param ownerId the owner of {@code id} in the database
 */
public record ExecutionLink(UUID id, UUID to, int ownerId) {}
