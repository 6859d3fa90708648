package dev.runlog.gateway.auth;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes keys and tokens for the tests, well-formed or not: what it signs is any text. */
final class Forge {
    private Forge() {}

    static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    static KeyPair ec(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static KeyPair ed25519() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    /** The public key as a JWK with {@code use: sig} and no {@code alg}. */
    static JsonObject jwk(String kid, KeyPair pair) {
        JsonObject jwk = new JsonObject().put("kid", kid).put("use", "sig");
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return jwk.put("kty", "RSA")
                    .put("n", base64(bytes(rsa.getModulus(), 0)))
                    .put("e", base64(bytes(rsa.getPublicExponent(), 0)));
        }
        if (pair.getPublic() instanceof ECPublicKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return jwk.put("kty", "EC")
                    .put("crv", "P-" + bits)
                    .put("x", base64(bytes(ec.getW().getAffineX(), (bits + 7) / 8)))
                    .put("y", base64(bytes(ec.getW().getAffineY(), (bits + 7) / 8)));
        }
        byte[] der = ((EdECPublicKey) pair.getPublic()).getEncoded();
        return jwk.put("kty", "OKP")
                .put("crv", "Ed25519")
                .put("x", base64(Arrays.copyOfRange(der, der.length - 32, der.length)));
    }

    static String header(String algorithm, String kid) {
        return new JsonObject().put("alg", algorithm).put("kid", kid).encode();
    }

    /** A token signed by the given algorithm, which may differ from the one in its header. */
    static String token(String header, String claims, String algorithm, PrivateKey key)
            throws GeneralSecurityException {
        String signed = base64(header) + "." + base64(claims);
        String hash = "SHA" + algorithm.substring(2);
        Signature signature = Signature.getInstance(
                switch (algorithm.substring(0, 2)) {
                    case "RS" -> hash + "withRSA";
                    case "PS" -> "RSASSA-PSS";
                    case "ES" -> hash + "withECDSAinP1363Format";
                    default -> "Ed25519";
                });
        signature.initSign(key);
        if (algorithm.startsWith("PS")) {
            int bits = Integer.parseInt(algorithm.substring(2));
            signature.setParameter(
                    new PSSParameterSpec("SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), bits / 8, 1));
        }
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64(signature.sign());
    }

    static String hs256(String header, String claims, byte[] secret) throws GeneralSecurityException {
        String signed = base64(header) + "." + base64(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    static String unsigned(String header, String claims) {
        return base64(header) + "." + base64(claims) + ".";
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A copy of an object without one of its members. */
    static JsonObject without(JsonObject object, String name) {
        JsonObject copy = object.copy();
        copy.remove(name);
        return copy;
    }

    static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** Big-endian, without a sign, of that length, or the shortest for 0. */
    private static byte[] bytes(BigInteger number, int length) {
        byte[] signed = number.toByteArray();
        byte[] plain = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
        if (length == 0) {
            return plain;
        }
        byte[] padded = new byte[length];
        System.arraycopy(plain, 0, padded, length - plain.length, plain.length);
        return padded;
    }
}
