package dev.runlog.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.error.RunlogException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A signed token (RFC 7515) with an acceptable header. Its signature is not verified yet. */
final class Jws {
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt", "application/jwt");
    /** Members that would change what is verified, or bring a key along. */
    private static final List<String> REFUSED = List.of("crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc");

    private final Algorithm algorithm;
    private final @Nullable String keyId;
    private final byte[] signed;
    private final byte[] signature;
    private final byte[] payload;

    private Jws(Algorithm algorithm, @Nullable String keyId, byte[] signed, byte[] signature, byte[] payload) {
        this.algorithm = algorithm;
        this.keyId = keyId;
        this.signed = signed;
        this.signature = signature;
        this.payload = payload;
    }

    /** Fails with {@code UNAUTHENTICATED}. */
    static Jws parse(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw invalid();
        }
        ObjectNode header = readObject(decode(parts[0]));
        if (REFUSED.stream().anyMatch(header::has) || !isAcceptedType(header.get("typ"))) {
            throw invalid();
        }
        Algorithm algorithm = Algorithm.named(header.path("alg").asText())
                .filter(known -> header.path("alg").isTextual())
                .orElseThrow(() -> RunlogException.unauthenticated("The token's algorithm is not accepted."));
        JsonNode keyId = header.get("kid");
        if (keyId != null && !keyId.isTextual()) {
            throw invalid();
        }
        byte[] signed = token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
        return new Jws(algorithm, keyId == null ? null : keyId.textValue(), signed, decode(parts[2]), decode(parts[1]));
    }

    Algorithm algorithm() {
        return algorithm;
    }

    boolean namesItsKey() {
        return keyId != null;
    }

    /** Returns whether the key is for this token's algorithm and, if both have a key ID, for this token's key ID. */
    boolean fits(VerificationKey key) {
        return key.algorithms().contains(algorithm)
                && (keyId == null || key.id() == null || key.id().equals(keyId));
    }

    /** Returns whether a key that {@linkplain #fits fits} made the signature. */
    boolean isSignedBy(VerificationKey key) {
        return fits(key) && algorithm.verify(key.key(), signed, signature);
    }

    /** Reads the claims, once the signature is verified; fails with {@code UNAUTHENTICATED}. */
    ObjectNode claims() {
        return readObject(payload);
    }

    static RunlogException invalid() {
        return RunlogException.unauthenticated("The token is not valid.");
    }

    private static boolean isAcceptedType(@Nullable JsonNode type) {
        return type == null
                || type.isTextual() && TYPES.contains(type.textValue().toLowerCase(Locale.ROOT));
    }

    private static ObjectNode readObject(byte[] json) {
        try {
            return StrictJson.readObject(json);
        } catch (IllegalArgumentException malformed) {
            throw invalid();
        }
    }

    /** Accepts base64url without padding, in its canonical form only. */
    private static byte[] decode(String part) {
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(part);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(decoded).equals(part)) {
                return decoded;
            }
        } catch (IllegalArgumentException malformed) {
            // Refused below.
        }
        throw invalid();
    }
}
