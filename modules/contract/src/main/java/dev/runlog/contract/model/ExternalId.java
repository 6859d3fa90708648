package dev.runlog.contract.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An engine's own ID of an execution, unique for each owner and source.
 *
 * @param source which engine or installation assigned it; null if an owner has only one
 */
public record ExternalId(@Nullable String source, String id) {

    /** The key in the database, as the SQL function {@code external_id_hash} computes it. */
    public UUID hash() {
        String text = (source == null ? "" : source) + '\u001f' + id;
        ByteBuffer digest = ByteBuffer.wrap(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
        return new UUID(digest.getLong(), digest.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }
}
