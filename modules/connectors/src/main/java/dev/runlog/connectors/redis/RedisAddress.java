package dev.runlog.connectors.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Location and credentials of a Redis server.
 *
 * @param url without user and password, so that it may be shown
 */
record RedisAddress(
        String url,
        boolean tls,
        @Nullable String user,
        @Nullable String password) {
    private static final String FORM =
            "redis://[[user]:password@]host[:port][/database], or rediss://… for TLS; special characters of a password "
                    + "percent-encoded";

    /** Fails for anything but a complete URL, as the client would use defaults for what it cannot read. */
    static RedisAddress parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException malformed) {
            // Its message contains the password.
            throw invalid();
        }
        String scheme = uri.getScheme();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if (scheme == null
                || !Set.of("redis", "rediss").contains(scheme)
                || uri.getHost() == null
                || !path.matches("|/|/\\d{1,5}")
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw invalid();
        }
        String url = scheme + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path;
        boolean tls = scheme.equals("rediss");
        String userInfo = uri.getRawUserInfo();
        if (userInfo == null) {
            return new RedisAddress(url, tls, null, null);
        }
        int colon = userInfo.indexOf(':');
        if (colon < 0) {
            throw invalid();
        }
        return new RedisAddress(
                url,
                tls,
                colon == 0 ? null : decode(userInfo.substring(0, colon)),
                decode(userInfo.substring(colon + 1)));
    }

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException("Invalid connectors.redis.url (expected " + FORM + ").");
    }

    private static String decode(String text) {
        // In a URL, a plus stands for itself.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Hides the password. */
    @Override
    public String toString() {
        return url;
    }
}
