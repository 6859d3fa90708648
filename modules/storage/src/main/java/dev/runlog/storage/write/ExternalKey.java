package dev.runlog.storage.write;

import java.util.UUID;

/**
 * Identifies an external ID.
 *
 * @param ownerId the ID of its owner in the database
 * @param hash see {@link dev.runlog.contract.model.ExternalId#hash}
 */
public record ExternalKey(int ownerId, UUID hash) {}
