package dev.runlog.app.server;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Signs tokens that a server with the same configuration accepts. */
public final class Tokens {
    public static final List<String> ALL_SCOPES =
            List.of("executions:read", "executions:write", "executions:cleanup", "engine", "ops");

    private Tokens() {}

    /**
     * Signs a token that is valid for the duration or for {@code auth.token-life-max}, whichever is shorter. Fails with
     * a {@link StartFailure} if the configuration has no private key or secret.
     */
    public static String sign(
            Vertx vertx, RunlogConfig config, String subject, List<String> scopes, Duration validFor) {
        JWTOptions options = new JWTOptions();
        PubSecKeyOptions key = key(config);
        options.setAlgorithm(key.getAlgorithm());
        if (!config.auth().issuer().isEmpty()) {
            options.setIssuer(config.auth().issuer());
        }
        if (!config.auth().audience().isEmpty()) {
            options.addAudience(config.auth().audience());
        }
        Instant now = Instant.now();
        JsonObject claims = new JsonObject()
                .put("sub", subject)
                .put("scope", String.join(" ", scopes))
                .put("iat", now.getEpochSecond())
                .put(
                        "exp",
                        now.plus(shorter(validFor, config.auth().tokenLifeMax()))
                                .getEpochSecond());
        return JWTAuth.create(vertx, new JWTAuthOptions().addPubSecKey(key)).generateToken(claims, options);
    }

    private static Duration shorter(Duration validFor, Duration lifeMax) {
        return lifeMax.isZero() || validFor.compareTo(lifeMax) <= 0 ? validFor : lifeMax;
    }

    private static PubSecKeyOptions key(RunlogConfig config) {
        if (!config.auth().secret().isEmpty()) {
            return new PubSecKeyOptions()
                    .setAlgorithm("HS256")
                    .setBuffer(config.auth().secret());
        }
        if (!config.usesDevelopmentKeys()) {
            throw new StartFailure("Cannot sign tokens: this configuration only has public keys.");
        }
        DevelopmentKeys keys = DevelopmentKeys.in(config.dataDirectory());
        try {
            return new PubSecKeyOptions()
                    .setAlgorithm(DevelopmentKeys.ALGORITHM)
                    .setBuffer(Files.readString(keys.privateKey()));
        } catch (IOException failure) {
            throw new StartFailure("Cannot read " + keys.privateKey() + ": " + failure.getMessage(), failure);
        }
    }
}
