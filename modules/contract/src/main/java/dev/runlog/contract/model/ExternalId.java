package dev.runlog.contract.model;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.Sha256;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An engine's own ID of an execution, unique for each owner and source.
 *
 * @param source which engine or installation assigned it; null if an owner has only one
 */
public record ExternalId(@Nullable String source, String id) {
    /** Maximum length of an ID, in Unicode characters. */
    public static final int ID_CHARS_MAX = 512;

    /** Maximum length of a source, in characters. */
    public static final int SOURCE_CHARS_MAX = 128;

    /**
     * Fails with {@code BAD_INPUT} if PostgreSQL cannot store an ID, or if it is empty or too long.
     *
     * @param name what the message calls the ID
     */
    public static void requireId(String id, String name) {
        int at = SafeText.indexOfUnstorable(id, 0);
        if (at >= 0) {
            throw RunlogException.badInput("Invalid `" + name + "`: " + (id.charAt(at) == 0 ? "NUL" : "lone surrogate")
                    + " at position " + at + ".");
        }
        int length = id.codePointCount(0, id.length());
        if (length < 1 || length > ID_CHARS_MAX) {
            throw RunlogException.badInput("Invalid `" + name + "`: " + SafeText.quote(id) + " has " + length
                    + " characters (expected 1 to " + ID_CHARS_MAX + ").");
        }
    }

    /** The key in the database, as the SQL function {@code external_id_hash} computes it. */
    public UUID hash() {
        String text = (source == null ? "" : source) + '\u001f' + id;
        ByteBuffer digest = ByteBuffer.wrap(Sha256.of(text));
        return new UUID(digest.getLong(), digest.getLong());
    }

    /** What messages call it. */
    @Override
    public String toString() {
        return SafeText.quote(id) + (source == null ? "" : " of " + SafeText.quote(source));
    }
}
