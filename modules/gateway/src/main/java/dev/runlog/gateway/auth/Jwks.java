package dev.runlog.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JWKS document (RFC 7517).
 *
 * @param keys the keys that can verify signatures
 * @param ignored reasons why others were ignored; the first few
 */
record Jwks(List<VerificationKey> keys, List<String> ignored) {
    private static final int IGNORED_LISTED_MAX = 10;

    Jwks {
        keys = List.copyOf(keys);
        ignored = List.copyOf(ignored);
    }

    /** Fails with an {@link IllegalArgumentException} if the text is not a JWKS document or no key in it is usable. */
    static Jwks read(byte[] document) {
        JsonNode entries = StrictJson.readObject(document).path("keys");
        if (!entries.isArray()) {
            throw new IllegalArgumentException("it has no list `keys`");
        }
        List<VerificationKey> keys = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        int number = 0;
        for (JsonNode entry : entries) {
            number++;
            try {
                keys.add(toKey(entry));
            } catch (GeneralSecurityException | RuntimeException unusable) {
                if (ignored.size() < IGNORED_LISTED_MAX) {
                    ignored.add("key " + number + ": " + unusable.getMessage());
                }
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no key in it can verify tokens " + ignored);
        }
        return new Jwks(keys, ignored);
    }

    private static VerificationKey toKey(JsonNode entry) throws GeneralSecurityException {
        if (!(entry instanceof ObjectNode jwk)) {
            throw new InvalidKeyException("it is not a JSON object");
        }
        String use = text(jwk, "use");
        if (use != null && !use.equals("sig") || !mayVerify(jwk.get("key_ops"))) {
            throw new InvalidKeyException("it is not for signatures");
        }
        if (jwk.has("d") || jwk.has("k")) {
            throw new InvalidKeyException("it is not a public key");
        }
        String name = text(jwk, "alg");
        Algorithm algorithm = name == null
                ? null
                : Algorithm.named(name).orElseThrow(() -> new InvalidKeyException("its algorithm is not accepted"));
        PublicKey key =
                switch (String.valueOf(text(jwk, "kty"))) {
                    case "RSA" ->
                        KeyFactory.getInstance("RSA")
                                .generatePublic(new RSAPublicKeySpec(unsigned(jwk, "n"), unsigned(jwk, "e")));
                    case "EC" ->
                        KeyFactory.getInstance("EC")
                                .generatePublic(new ECPublicKeySpec(
                                        new ECPoint(unsigned(jwk, "x"), unsigned(jwk, "y")),
                                        VerificationKey.curve(curveName(jwk))));
                    case "OKP" -> edwards(jwk);
                    default -> throw new InvalidKeyException("its type is not accepted");
                };
        return VerificationKey.of(text(jwk, "kid"), key, algorithm);
    }

    private static boolean mayVerify(@Nullable JsonNode operations) {
        if (operations == null) {
            return true;
        }
        for (JsonNode operation : operations) {
            if (operation.asText().equals("verify")) {
                return true;
            }
        }
        return false;
    }

    private static String curveName(ObjectNode jwk) throws InvalidKeyException {
        return switch (String.valueOf(text(jwk, "crv"))) {
            case "P-256" -> "secp256r1";
            case "P-384" -> "secp384r1";
            case "P-521" -> "secp521r1";
            default -> throw new InvalidKeyException("its curve is not accepted");
        };
    }

    /** RFC 8032, section 5.1.2: y in little-endian order, the lowest bit of x in the highest bit. */
    private static PublicKey edwards(ObjectNode jwk) throws GeneralSecurityException {
        byte[] x = bytes(jwk, "x");
        if (!"Ed25519".equals(text(jwk, "crv")) || x.length != 32) {
            throw new InvalidKeyException("its curve is not accepted");
        }
        byte[] y = new byte[x.length];
        for (int index = 0; index < x.length; index++) {
            y[index] = x[x.length - 1 - index];
        }
        boolean xOdd = y[0] < 0;
        y[0] &= 0x7f;
        return KeyFactory.getInstance("EdDSA")
                .generatePublic(
                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(xOdd, new BigInteger(1, y))));
    }

    private static BigInteger unsigned(ObjectNode jwk, String member) throws InvalidKeyException {
        return new BigInteger(1, bytes(jwk, member));
    }

    private static byte[] bytes(ObjectNode jwk, String member) throws InvalidKeyException {
        String text = text(jwk, member);
        if (text == null) {
            throw new InvalidKeyException("it has no `" + member + "`");
        }
        return Base64.getUrlDecoder().decode(text);
    }

    private static @Nullable String text(ObjectNode jwk, String member) throws InvalidKeyException {
        JsonNode value = jwk.get(member);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw new InvalidKeyException("its `" + member + "` is not a string");
        }
        return value.textValue();
    }
}
