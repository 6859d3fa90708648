package dev.runlog.gateway.auth;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser's request comes from, by the two headers that scripts cannot set. Browsers send {@code
 * Sec-Fetch-Site} to HTTPS and loopback addresses; without it, {@code Origin} is compared with {@code Host}. This is
 * the algorithm of Go's {@code http.CrossOriginProtection} (filippo.io/csrf), except that a request with neither header
 * is {@link #UNKNOWN} and not trusted.
 */
public enum BrowserOrigin {
    /** A page of this server. */
    SAME,
    /** A page of another origin, even on the same site. */
    FOREIGN,
    /** No page, or an unnamed one: a typed address, a link, or a client that is not a browser. */
    UNKNOWN;

    /** The origin of a request with these headers; {@code secure} says whether the browser used HTTPS. */
    public static BrowserOrigin of(MultiMap headers, @Nullable String host, boolean secure) {
        String site = headers.get("Sec-Fetch-Site");
        if (site != null) {
            return switch (site) {
                case "same-origin" -> SAME;
                case "none" -> UNKNOWN;
                default -> FOREIGN;
            };
        }
        String origin = headers.get(HttpHeaders.ORIGIN);
        if (origin == null) {
            return UNKNOWN;
        }
        // A proxy may end TLS without reporting it; otherwise an HTTPS page cannot reach plain HTTP.
        boolean same =
                origin.equalsIgnoreCase("https://" + host) || !secure && origin.equalsIgnoreCase("http://" + host);
        return same ? SAME : FOREIGN;
    }
}
