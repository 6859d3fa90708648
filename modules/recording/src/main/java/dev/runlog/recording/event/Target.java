package dev.runlog.recording.event;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExternalId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An execution that an event is about, or that it names as a parent.
 *
 * @param id its ID; with an external ID, the ID that it gets if it is new
 * @param isGenerated whether the event gave no ID at all, which means that the execution is new
 * @param hash of the external ID; null without one
 * @param refusal why an event must not create it; null if it may
 */
public record Target(
        UUID id,
        boolean isGenerated,
        @Nullable ExternalId externalId,
        @Nullable UUID hash,
        @Nullable RunlogException refusal) {
    /** An external ID and its hash. */
    private static final int EXTERNAL_ID_CHARS = 64;

    public static Target of(UUID id, @Nullable RunlogException refusal) {
        return new Target(id, false, null, null, refusal);
    }

    static Target generated(UUID id, @Nullable RunlogException refusal) {
        return new Target(id, true, null, null, refusal);
    }

    public static Target of(ExternalId externalId, UUID newId, @Nullable RunlogException refusal) {
        return new Target(newId, false, externalId, externalId.hash(), refusal);
    }

    /** The key by which the events of one execution meet in one lane. */
    public UUID laneKey() {
        return hash == null ? id : hash;
    }

    /** What messages call it. */
    @Override
    public String toString() {
        return externalId == null ? id.toString() : externalId.toString();
    }

    long chars() {
        return externalId == null
                ? 0
                : EXTERNAL_ID_CHARS + ValidEvent.charsOf(externalId.id()) + ValidEvent.charsOf(externalId.source());
    }
}
