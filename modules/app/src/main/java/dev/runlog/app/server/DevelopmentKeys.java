package dev.runlog.app.server;

import dev.runlog.app.config.StartFailure;
import dev.runlog.app.database.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/**
 * The key pair of a server whom nobody told which tokens to accept. The private key is readable by its user only; who
 * can read it can make tokens.
 *
 * @param privateKey its PEM file
 * @param publicKey its PEM file
 */
record DevelopmentKeys(Path privateKey, Path publicKey) {
    static final String ALGORITHM = "ES256";

    /** The pair in a data directory, made where there is none. */
    static DevelopmentKeys in(Path directory) {
        DevelopmentKeys keys = new DevelopmentKeys(
                directory.resolve("development-private.pem"), directory.resolve("development-public.pem"));
        try {
            if (!Files.exists(keys.privateKey) || !Files.exists(keys.publicKey)) {
                Files.createDirectories(directory);
                keys.make();
            }
            return keys;
        } catch (IOException failure) {
            throw new StartFailure(
                    "The development keys in " + directory + " cannot be written: " + failure.getMessage(), failure);
        }
    }

    private void make() throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            EmbeddedDatabase.writePrivately(
                    privateKey, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            EmbeddedDatabase.writePrivately(
                    publicKey, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + kind + "-----\n";
    }
}
