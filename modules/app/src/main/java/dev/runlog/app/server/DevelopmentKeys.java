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
 * The key pair of a server without configured keys. Only its user can read the private key, which signs tokens.
 *
 * @param privateKey PEM file
 * @param publicKey PEM file
 */
record DevelopmentKeys(Path privateKey, Path publicKey) {
    static final String ALGORITHM = "ES256";

    /** Returns the key pair in a data directory, and creates it if necessary. */
    static DevelopmentKeys in(Path directory) {
        DevelopmentKeys keys = new DevelopmentKeys(
                directory.resolve("development-private.pem"), directory.resolve("development-public.pem"));
        try {
            if (!Files.exists(keys.privateKey) || !Files.exists(keys.publicKey)) {
                Files.createDirectories(directory);
                keys.create();
            }
            return keys;
        } catch (IOException failure) {
            throw new StartFailure(
                    "Cannot write the development keys in " + directory + ": " + failure.getMessage(), failure);
        }
    }

    private void create() throws IOException {
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
