package dev.runlog.gateway.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;

/** The accepted signature algorithms, with the names of RFC 7518 and RFC 8037. */
enum Algorithm {
    HS256("HmacSHA256"),
    RS256("SHA256withRSA"),
    RS384("SHA384withRSA"),
    RS512("SHA512withRSA"),
    PS256("RSASSA-PSS", 256),
    PS384("RSASSA-PSS", 384),
    PS512("RSASSA-PSS", 512),
    ES256("SHA256withECDSAinP1363Format"),
    ES384("SHA384withECDSAinP1363Format"),
    ES512("SHA512withECDSAinP1363Format"),
    ED_DSA("EdDSA");

    private static final Map<String, Algorithm> BY_NAME =
            Stream.of(values()).collect(Collectors.toMap(Algorithm::joseName, Function.identity()));

    private final String jcaName;
    /** Bits of the hash of RSASSA-PSS; 0 for other algorithms, which have it in their name. */
    private final int pssBits;

    Algorithm(String jcaName) {
        this(jcaName, 0);
    }

    Algorithm(String jcaName, int pssBits) {
        this.jcaName = jcaName;
        this.pssBits = pssBits;
    }

    /** Finds an algorithm by its exact name. */
    static Optional<Algorithm> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Fails if this algorithm cannot verify with the key. */
    void requireUsable(PublicKey key) throws InvalidKeyException {
        try {
            verifier(key);
        } catch (InvalidKeyException unusable) {
            throw unusable;
        } catch (GeneralSecurityException unsupported) {
            throw new InvalidKeyException(joseName() + " is not supported", unsupported);
        }
    }

    /** Returns whether the key made the signature; false for a malformed signature. */
    boolean verify(Key key, byte[] signed, byte[] signature) {
        try {
            if (this == HS256) {
                Mac mac = Mac.getInstance(jcaName);
                mac.init(key);
                return MessageDigest.isEqual(mac.doFinal(signed), signature);
            }
            if (key instanceof ECPublicKey ecKey && !isInRange(ecKey, signature)) {
                return false;
            }
            Signature verifier = verifier((PublicKey) key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private Signature verifier(PublicKey key) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(jcaName);
        verifier.initVerify(key);
        if (pssBits > 0) {
            String hash = "SHA-" + pssBits;
            verifier.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), pssBits / 8, 1));
        }
        return verifier;
    }

    /** Some JDKs accept a signature of zeros (CVE-2022-21449). */
    private static boolean isInRange(ECPublicKey key, byte[] signature) {
        int partBytes = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        if (signature.length != 2 * partBytes) {
            return false;
        }
        BigInteger order = key.getParams().getOrder();
        BigInteger r = new BigInteger(1, Arrays.copyOf(signature, partBytes));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, partBytes, signature.length));
        return r.signum() > 0 && r.compareTo(order) < 0 && s.signum() > 0 && s.compareTo(order) < 0;
    }

    private String joseName() {
        return this == ED_DSA ? "EdDSA" : name();
    }
}
