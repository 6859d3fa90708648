package dev.runlog.gateway.auth;

import dev.runlog.gateway.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that verify tokens.
 *
 * @param configured the secret and the keys from files; a token need not name its key among these
 * @param published the issuer's keys
 */
record Keys(List<VerificationKey> configured, List<VerificationKey> published) {
    private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

    Keys {
        configured = List.copyOf(configured);
        published = List.copyOf(published);
    }

    /** Reads the secret and the files of public keys; fails if one of them is not usable. */
    static Future<Keys> read(Vertx vertx, GatewayConfig.Auth config) {
        List<VerificationKey> keys = new ArrayList<>();
        if (!config.secret().isEmpty()) {
            try {
                keys.add(VerificationKey.ofSecret(config.secret()));
            } catch (InvalidKeyException weak) {
                return Future.failedFuture("auth.secret cannot be used: " + weak.getMessage() + ".");
            }
        }
        Future<Void> files = Future.succeededFuture();
        for (String file : config.publicKeys()) {
            files = files.compose(done -> vertx.fileSystem().readFile(file))
                    .recover(failure -> Future.failedFuture(new IllegalStateException(
                            "auth.public-keys: " + file + " cannot be read: " + failure.getMessage(), failure)))
                    .map(pem -> keys.add(ofPem(file, pem.toString())))
                    .mapEmpty();
        }
        return files.map(done -> new Keys(keys, List.of()));
    }

    boolean isEmpty() {
        return configured.isEmpty() && published.isEmpty();
    }

    Keys withPublished(List<VerificationKey> keys) {
        return new Keys(configured, keys);
    }

    /** Returns whether one of the keys made the token's signature. */
    boolean verify(Jws token) {
        if (configured.stream().anyMatch(token::isSignedBy)) {
            return true;
        }
        // A token must name its key where the issuer has several (OpenID Connect Core, section 10.1).
        return (token.namesItsKey() || published.stream().filter(token::fits).count() == 1)
                && published.stream().anyMatch(token::isSignedBy);
    }

    private static VerificationKey ofPem(String file, String pem) {
        PublicKey key = publicKey(pem);
        if (key == null) {
            throw new IllegalStateException(
                    "auth.public-keys: " + file + " is not a PEM file of an RSA, EC or Ed25519 public key.");
        }
        try {
            return VerificationKey.of(null, key, null);
        } catch (InvalidKeyException unusable) {
            throw new IllegalStateException(
                    "auth.public-keys: the key in " + file + " cannot be used: " + unusable.getMessage() + ".",
                    unusable);
        }
    }

    private static @Nullable PublicKey publicKey(String pem) {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
        for (String type : KEY_TYPES) {
            try {
                return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der));
            } catch (InvalidKeySpecException ofAnotherType) {
                // The next type may fit.
            } catch (GeneralSecurityException everyJdkHasThem) {
                throw new IllegalStateException(everyJdkHasThem);
            }
        }
        return null;
    }
}
