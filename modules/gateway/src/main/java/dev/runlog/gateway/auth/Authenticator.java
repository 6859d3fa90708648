package dev.runlog.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.Caches;
import dev.runlog.gateway.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks bearer tokens: signature by a configured key of the very algorithm, issuer, audience, times, subject. Every
 * refusal is {@code UNAUTHENTICATED}; messages never quote the token.
 */
public final class Authenticator {
    private static final Logger log = LoggerFactory.getLogger(Authenticator.class);
    private static final String PREFIX = "bearer ";
    private static final Duration REFRESH_ON_DEMAND_AFTER = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final GatewayConfig.Auth config;
    /** Tokens that were found good, so that a signature is checked once; none outlives its expiry or a change of keys. */
    private final Cache<String, Authenticated> known;

    private JWTAuth keys;
    private Instant refreshedAt = Instant.now();

    private Authenticator(Vertx vertx, GatewayConfig.Auth config, JWTAuth keys) {
        this.vertx = vertx;
        this.config = config;
        this.keys = keys;
        this.known = Caches.builder().maximumSize(config.tokensKnownMax()).build();
    }

    /** Reads the keys; fails where a file or the JWKS document cannot be read or holds no usable key. */
    public static Future<Authenticator> create(Vertx vertx, GatewayConfig.Auth config) {
        return readKeys(vertx, config).map(keys -> {
            Authenticator authenticator = new Authenticator(vertx, config, keys);
            if (!config.jwksUrl().isEmpty()) {
                vertx.setPeriodic(config.jwksRefresh().toMillis(), timer -> authenticator.refresh());
            }
            return authenticator;
        });
    }

    /** The viewer of an {@code Authorization} header's bearer token. */
    public Future<Authenticated> authenticate(@Nullable String authorizationHeader) {
        if (authorizationHeader == null) {
            return Future.failedFuture(RunlogException.unauthenticated("A bearer token is needed."));
        }
        if (!authorizationHeader.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            return Future.failedFuture(
                    RunlogException.unauthenticated("The Authorization header holds no bearer token."));
        }
        String token = authorizationHeader.substring(PREFIX.length()).trim();
        Authenticated seen = known.getIfPresent(token);
        if (seen != null && Instant.now().isBefore(seen.expiresAt())) {
            return Future.succeededFuture(seen);
        }
        return verified(token)
                .recover(refused ->
                        mayHaveNewKeys() ? refresh().compose(done -> verified(token)) : Future.failedFuture(refused))
                .transform(verified -> verified.succeeded()
                        ? toAuthenticated(verified.result())
                        : Future.failedFuture(RunlogException.unauthenticated(reason(verified.cause()))))
                .onSuccess(authenticated -> known.put(token, authenticated));
    }

    private Future<User> verified(String token) {
        try {
            return keys.authenticate(new TokenCredentials(token));
        } catch (RuntimeException malformed) {
            return Future.failedFuture(malformed);
        }
    }

    private Future<Authenticated> toAuthenticated(User user) {
        JsonObject token = user.attributes().getJsonObject("accessToken", user.principal());
        if (!(token.getValue("exp") instanceof Number expiry)) {
            return Future.failedFuture(RunlogException.unauthenticated("The token has no expiry."));
        }
        if (!(token.getValue("sub") instanceof String subject) || subject.isBlank()) {
            return Future.failedFuture(RunlogException.unauthenticated("The token has no subject."));
        }
        Instant expiresAt = Instant.ofEpochSecond(expiry.longValue()).plus(config.leeway());
        return Future.succeededFuture(new Authenticated(new Viewer(subject, scopes(token)), expiresAt));
    }

    /** {@code scope} as a list of words in one string, {@code scp} or {@code scopes} as an array, whatever is there. */
    private static Set<Scope> scopes(JsonObject token) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String claim : new String[] {"scope", "scp", "scopes"}) {
            Object value = token.getValue(claim);
            if (value instanceof String words) {
                for (String word : words.split(" ", -1)) {
                    Scope.ofWord(word).ifPresent(scopes::add);
                }
            } else if (value instanceof JsonArray words) {
                words.forEach(word -> Scope.ofWord(String.valueOf(word)).ifPresent(scopes::add));
            }
        }
        return scopes;
    }

    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("expired") ? "The token is expired." : "The token is not valid.";
    }

    private boolean mayHaveNewKeys() {
        return !config.jwksUrl().isEmpty() && Instant.now().isAfter(refreshedAt.plus(REFRESH_ON_DEMAND_AFTER));
    }

    /** Takes over the keys as they are now; those that are known stay where they cannot be read. */
    private Future<Void> refresh() {
        refreshedAt = Instant.now();
        return readKeys(vertx, config)
                .onSuccess(read -> {
                    keys = read;
                    known.invalidateAll();
                })
                .onFailure(failure -> log.warn("{} was not read again: {}", config.jwksUrl(), failure.toString()))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private static Future<JWTAuth> readKeys(Vertx vertx, GatewayConfig.Auth config) {
        JWTOptions claims =
                new JWTOptions().setLeeway(Math.toIntExact(config.leeway().toSeconds()));
        if (!config.issuer().isEmpty()) {
            claims.setIssuer(config.issuer());
        }
        if (!config.audience().isEmpty()) {
            claims.addAudience(config.audience());
        }
        return Keys.read(vertx, config).map(keys -> {
            JWTAuthOptions options = new JWTAuthOptions().setJWTOptions(claims);
            keys.pems().forEach(options::addPubSecKey);
            keys.jwks().forEach(options::addJwk);
            if (keys.isEmpty()) {
                // Without any key the library would take unsigned tokens.
                throw new IllegalStateException("auth: there is no key to check tokens with.");
            }
            return JWTAuth.create(vertx, options);
        });
    }
}
