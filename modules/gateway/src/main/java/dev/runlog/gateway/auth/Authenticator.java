package dev.runlog.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.memory.Caches;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks bearer tokens: first the header against an allow list, then the signature with a key for that algorithm, then
 * the claims. Every refusal is {@code UNAUTHENTICATED}; messages never quote the token. Thread-safe.
 */
public final class Authenticator {
    private static final Logger log = LoggerFactory.getLogger(Authenticator.class);
    private static final String PREFIX = "bearer ";
    private static final Duration REFRESH_ON_DEMAND_AFTER = Duration.ofSeconds(30);
    /** Bytes that a token of usual size takes in the cache. A larger one counts as several. */
    private static final int CACHED_TOKEN_CHARS = 2048;

    private final GatewayConfig.Auth config;
    private final Claims claims;
    private final @Nullable JwksClient jwks;
    private final Clock clock;
    /** Verified tokens, which saves verifying their signatures again. Removed when they expire or the keys change. */
    private final Cache<String, AuthenticatedViewer> known;

    private final Vertx vertx;
    private volatile Keys keys;
    private volatile Instant refreshedAt = Instant.MIN;
    private List<String> ignoredKeys = List.of();
    /** The refresh that is under way, which all event loops join. */
    private @Nullable Future<Void> refreshing;

    private Authenticator(Vertx vertx, GatewayConfig.Auth config, @Nullable JwksClient jwks, Keys keys, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.claims = new Claims(config);
        this.jwks = jwks;
        this.keys = keys;
        this.clock = clock;
        this.known = Caches.builder()
                .maximumWeight(config.tokensKnownMax())
                .weigher((String token, AuthenticatedViewer verified) -> 1 + token.length() / CACHED_TOKEN_CHARS)
                .build();
    }

    /**
     * Reads the keys. Fails if a file or the JWKS document cannot be read, if no key is usable, or if the audience that
     * {@code auth.audience-required} demands is missing.
     */
    public static Future<Authenticator> create(Vertx vertx, GatewayConfig.Auth config) {
        return create(vertx, config, Clock.systemUTC());
    }

    static Future<Authenticator> create(Vertx vertx, GatewayConfig.Auth config, Clock clock) {
        boolean usesJwks = !config.jwksUrl().isEmpty();
        if (usesJwks && config.audienceRequired() && config.audience().isEmpty()) {
            return Future.failedFuture(
                    "auth.audience is empty, but auth.jwks-url requires it: without an audience, tokens "
                            + "that the issuer signed for other services are accepted. Set auth.audience, or "
                            + "auth.audience-required to false.");
        }
        return Keys.read(vertx, config)
                .map(configured -> new Authenticator(
                        vertx, config, usesJwks ? new JwksClient(vertx, config) : null, configured, clock))
                .compose(authenticator -> authenticator.readPublished().map(read -> {
                    if (authenticator.keys.isEmpty()) {
                        throw new IllegalStateException("auth: no key to verify tokens is configured.");
                    }
                    return authenticator;
                }));
    }

    private Future<Void> readPublished() {
        if (jwks == null) {
            return Future.succeededFuture();
        }
        return jwks.readPatiently().map(read -> {
            use(read);
            refreshedAt = clock.instant();
            vertx.setPeriodic(config.jwksRefresh().toMillis(), timer -> refresh());
            return null;
        });
    }

    /** The viewer of an {@code Authorization} header's bearer token. */
    @SuppressWarnings("ReferenceEquality") // Keys are replaced as a whole.
    public Future<AuthenticatedViewer> authenticate(@Nullable String authorizationHeader) {
        try {
            String token = bearerToken(authorizationHeader);
            AuthenticatedViewer seen = known.getIfPresent(token);
            if (seen != null && clock.instant().isBefore(seen.expiresAt())) {
                return Future.succeededFuture(seen);
            }
            Jws jws = Jws.parse(token);
            Keys current = keys;
            if (current.verify(jws)) {
                return Future.succeededFuture(accept(token, jws, current));
            }
            Keys replaced = keys;
            if (replaced != current && replaced.verify(jws)) {
                return Future.succeededFuture(accept(token, jws, replaced));
            }
            if (!mayHaveNewKeys(jws)) {
                throw Jws.invalid();
            }
            return refresh().map(done -> {
                Keys read = keys;
                if (!read.verify(jws)) {
                    throw Jws.invalid();
                }
                return accept(token, jws, read);
            });
        } catch (RunlogException refused) {
            return Future.failedFuture(refused);
        }
    }

    private String bearerToken(@Nullable String header) {
        if (header == null) {
            throw RunlogException.unauthenticated("A bearer token is required.");
        }
        if (!header.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            throw RunlogException.unauthenticated("The Authorization header does not contain a bearer token.");
        }
        if (header.length() - PREFIX.length() > config.tokenMaxBytes()) {
            throw RunlogException.unauthenticated(
                    "The token is larger than " + config.tokenMaxBytes() + " bytes (auth.token-max-bytes).");
        }
        return header.substring(PREFIX.length()).trim();
    }

    @SuppressWarnings("ReferenceEquality") // Keys are replaced as a whole.
    private AuthenticatedViewer accept(String token, Jws jws, Keys verifiedWith) {
        AuthenticatedViewer authenticated = claims.check(jws.claims(), clock.instant());
        known.put(token, authenticated);
        if (keys != verifiedWith) {
            // Another event loop has replaced the keys, and may have cleared the cache before this token entered it.
            known.invalidate(token);
        }
        return authenticated;
    }

    private boolean mayHaveNewKeys(Jws jws) {
        return jwks != null
                && jws.algorithm() != Algorithm.HS256
                && (isRefreshing() || clock.instant().isAfter(refreshedAt.plus(REFRESH_ON_DEMAND_AFTER)));
    }

    private synchronized boolean isRefreshing() {
        return refreshing != null && !refreshing.isComplete();
    }

    /** Reads the issuer's current keys. If none is usable, the previous ones remain in use. */
    Future<Void> refresh() {
        if (jwks == null) {
            return Future.succeededFuture();
        }
        // A promise of the caller's context: another event loop may have begun the refresh.
        Promise<Void> done = ((ContextInternal) vertx.getOrCreateContext()).promise();
        underWay(jwks).onComplete(done);
        return done.future();
    }

    private synchronized Future<Void> underWay(JwksClient client) {
        if (isRefreshing() && refreshing != null) {
            return refreshing;
        }
        refreshedAt = clock.instant();
        refreshing = client.read()
                .onSuccess(this::use)
                .onFailure(failure -> log.warn("{} Keeping the previous keys.", failure.getMessage()))
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return refreshing;
    }

    private synchronized void use(Jwks read) {
        if (!read.ignored().isEmpty() && !read.ignored().equals(ignoredKeys)) {
            log.warn("Ignored keys of {}: {}", config.jwksUrl(), read.ignored());
        }
        ignoredKeys = read.ignored();
        if (!read.keys().equals(keys.published())) {
            keys = keys.withPublished(read.keys());
            known.invalidateAll();
        }
    }
}
