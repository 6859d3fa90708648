package dev.runlog.gateway.auth;

import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The cookie of a browser that signed in: the signed token itself, so that any server with the same keys accepts it.
 */
public final class SessionCookie {
    /** Browsers reject cookies of more than 4,096 bytes, including name and attributes (RFC 6265, section 6.1). */
    public static final int TOKEN_CHARS_MAX = 3900;

    private static final String NAME = "runlog-session";
    /** Browsers accept this prefix only with Secure, Path=/ and no Domain, so no other host can set the cookie. */
    private static final String SECURE_NAME = "__Host-runlog-session";

    private SessionCookie() {}

    /** The token in a request's cookie; null if there is none. */
    public static @Nullable String find(MultiMap headers, boolean secure) {
        String name = secure ? SECURE_NAME : NAME;
        for (String header : headers.getAll(HttpHeaders.COOKIE)) {
            for (io.netty.handler.codec.http.cookie.Cookie cookie : ServerCookieDecoder.STRICT.decodeAll(header)) {
                if (cookie.name().equals(name)) {
                    return cookie.value();
                }
            }
        }
        return null;
    }

    /** The cookie that signs a browser in until the token expires. */
    public static Cookie signIn(String token, Instant expiresAt, boolean secure) {
        long seconds = Duration.between(Instant.now(), expiresAt).toSeconds();
        return cookie(token, Math.max(0, seconds), secure);
    }

    /** The cookie that signs a browser out. */
    public static Cookie signOut(boolean secure) {
        return cookie("", 0, secure);
    }

    private static Cookie cookie(String value, long maxAgeSeconds, boolean secure) {
        return Cookie.cookie(secure ? SECURE_NAME : NAME, value)
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(secure)
                .setPath("/")
                .setMaxAge(maxAgeSeconds);
    }
}
