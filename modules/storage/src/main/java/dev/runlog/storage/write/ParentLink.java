package dev.runlog.storage.write;

import java.util.UUID;

/**
 * The parent of a stored execution.
 *
 * @param ownerId the owner of {@code id} in the database
 */
public record ParentLink(UUID id, UUID parentId, int ownerId) {}
