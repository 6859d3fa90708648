package dev.runlog.storage.write;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An external ID to look up.
 *
 * @param newId the ID to register for it if it is unknown; null to register none
 * @param reserve whether it is only named by another execution
 */
public record ExternalLookup(ExternalKey key, @Nullable UUID newId, boolean reserve) {}
