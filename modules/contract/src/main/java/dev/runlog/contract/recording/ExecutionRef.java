package dev.runlog.contract.recording;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.text.SafeText;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reference to an execution by Runlog's ID or by the engine's own. */
public record ExecutionRef(@Nullable UUID id, @Nullable ExternalId externalId) {
    /** An execution without an ID yet: recording generates one. */
    public static final ExecutionRef NEW = new ExecutionRef(null, null);

    public ExecutionRef {
        if (id != null && externalId != null) {
            throw RunlogException.badInput("Specify an execution by either its ID or its external ID, not both.");
        }
    }

    public static ExecutionRef of(UUID id) {
        return new ExecutionRef(id, null);
    }

    public static ExecutionRef of(ExternalId externalId) {
        return new ExecutionRef(null, externalId);
    }

    /**
     * The reference that the members of an event or of an input object give; null if they give none. Fails with
     * {@code BAD_INPUT} if the ID is not a UUID version 7, or if they give both.
     *
     * @param source applies to the external ID
     * @param idName the name of the member with the ID, for messages
     * @param externalIdName the name of the member with the external ID, for messages
     */
    public static @Nullable ExecutionRef ofMembers(
            @Nullable String id,
            @Nullable String externalId,
            @Nullable String source,
            String idName,
            String externalIdName) {
        if (id != null && externalId != null) {
            throw RunlogException.badInput("Invalid `" + externalIdName + "`: " + SafeText.quote(externalId)
                    + " (not allowed together with `" + idName + "`).");
        }
        if (id != null) {
            return of(parse(id, idName, externalIdName));
        }
        return externalId == null ? null : of(new ExternalId(source, externalId));
    }

    private static UUID parse(String text, String idName, String externalIdName) {
        UUID id = Ids.isId(text) ? UUID.fromString(text) : null;
        if (id == null || !Ids.isTimeOrdered(id)) {
            throw RunlogException.badInput("Invalid `" + idName + "`: " + SafeText.quote(text)
                    + " (expected a UUID version 7; use `" + externalIdName + "` for IDs of your own).");
        }
        return id;
    }

    /** The failure of an event or input whose source applies to nothing. */
    public static RunlogException sourceWithoutExternalId(String source) {
        return RunlogException.badInput(
                "Invalid `source`: " + SafeText.quote(source) + " (expected together with an external ID).");
    }
}
