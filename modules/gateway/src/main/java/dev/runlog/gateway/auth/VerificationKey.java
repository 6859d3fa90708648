package dev.runlog.gateway.auth;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key with the algorithms that it can verify. Creating one fails unless each algorithm accepts the key.
 *
 * @param id the {@code kid}, or null if the key has none
 */
record VerificationKey(@Nullable String id, Key key, Set<Algorithm> algorithms) {
    private static final int SECRET_BYTES_MIN = 32;
    private static final int RSA_BITS_MIN = 2048;

    static VerificationKey ofSecret(String secret) throws InvalidKeyException {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SECRET_BYTES_MIN) {
            throw new InvalidKeyException(
                    "it has " + bytes.length + " bytes (at least " + SECRET_BYTES_MIN + " are required)");
        }
        SecretKeySpec key = new SecretKeySpec(bytes, "HmacSHA256");
        // The first use of cryptography reads files of the JDK. Later, a flood of connections may leave no file to
        // open, and a class that failed to load never loads again.
        Algorithm.HS256.verify(key, bytes, new byte[0]);
        return new VerificationKey(null, key, Set.of(Algorithm.HS256));
    }

    /**
     * Returns the key for every algorithm of its type, or only for the one given. Fails if it is weak, malformed or not
     * of the algorithm's type.
     */
    static VerificationKey of(@Nullable String id, PublicKey key, @Nullable Algorithm only) throws InvalidKeyException {
        Set<Algorithm> algorithms = algorithms(key);
        if (only != null && !algorithms.contains(only)) {
            throw new InvalidKeyException("its type does not match its algorithm");
        }
        Set<Algorithm> usable = only == null ? algorithms : Set.of(only);
        for (Algorithm algorithm : usable) {
            algorithm.requireUsable(key);
        }
        return new VerificationKey(id, key, Set.copyOf(usable));
    }

    private static Set<Algorithm> algorithms(PublicKey key) throws InvalidKeyException {
        if (key instanceof RSAPublicKey rsa) {
            requireStrong(rsa);
            return EnumSet.range(Algorithm.RS256, Algorithm.PS512);
        }
        if (key instanceof ECPublicKey ec) {
            requireOnCurve(ec);
            return Set.of(curveAlgorithm(ec.getParams()));
        }
        if (key instanceof EdECPublicKey) {
            return Set.of(Algorithm.ED_DSA);
        }
        throw new InvalidKeyException("its type is not supported");
    }

    private static void requireStrong(RSAPublicKey key) throws InvalidKeyException {
        int bits = key.getModulus().bitLength();
        if (bits < RSA_BITS_MIN) {
            throw new InvalidKeyException("it has " + bits + " bits (at least " + RSA_BITS_MIN + " are required)");
        }
        // With an exponent of 1, anyone can sign.
        if (key.getPublicExponent().compareTo(BigInteger.valueOf(3)) < 0
                || !key.getPublicExponent().testBit(0)
                || !key.getModulus().testBit(0)) {
            throw new InvalidKeyException("its modulus or exponent is not valid");
        }
    }

    private static Algorithm curveAlgorithm(ECParameterSpec parameters) throws InvalidKeyException {
        if (isCurve(parameters, "secp256r1")) {
            return Algorithm.ES256;
        }
        if (isCurve(parameters, "secp384r1")) {
            return Algorithm.ES384;
        }
        if (isCurve(parameters, "secp521r1")) {
            return Algorithm.ES512;
        }
        throw new InvalidKeyException("its curve is not supported");
    }

    private static boolean isCurve(ECParameterSpec parameters, String name) throws InvalidKeyException {
        ECParameterSpec known = curve(name);
        return parameters.getCurve().equals(known.getCurve())
                && parameters.getGenerator().equals(known.getGenerator())
                && parameters.getOrder().equals(known.getOrder());
    }

    static ECParameterSpec curve(String name) throws InvalidKeyException {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException unsupported) {
            throw new InvalidKeyException("its curve is not supported", unsupported);
        }
    }

    private static void requireOnCurve(ECPublicKey key) throws InvalidKeyException {
        EllipticCurve curve = key.getParams().getCurve();
        BigInteger prime = ((ECFieldFp) curve.getField()).getP();
        ECPoint point = key.getW();
        if (point.equals(ECPoint.POINT_INFINITY)
                || point.getAffineX().compareTo(prime) >= 0
                || point.getAffineY().compareTo(prime) >= 0
                || !isOnCurve(point, curve, prime)) {
            throw new InvalidKeyException("its point is not on its curve");
        }
    }

    private static boolean isOnCurve(ECPoint point, EllipticCurve curve, BigInteger prime) {
        BigInteger x = point.getAffineX();
        BigInteger right = x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB());
        return point.getAffineY().pow(2).subtract(right).mod(prime).signum() == 0;
    }
}
