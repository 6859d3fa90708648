package dev.runlog.gateway.http;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import dev.runlog.gateway.auth.BrowserOrigin;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Restricts requests from web pages to those of this server and of {@code http.cors-origins}. A request without an
 * {@code Origin} header does not come from another page's script, and is allowed.
 */
public final class Origins {
    /** Without it, browsers ask again after five seconds. The origin is checked in every request anyway. */
    private static final int PREFLIGHT_SECONDS = 600;

    private final List<String> allowed;
    private final CorsHandler cors;

    public Origins(List<String> allowed) {
        this.allowed = allowed;
        this.cors = CorsHandler.create()
                .allowedMethod(HttpMethod.GET)
                .allowedMethod(HttpMethod.HEAD)
                .allowedMethod(HttpMethod.POST)
                .allowedMethod(HttpMethod.DELETE)
                .allowedHeader("Authorization")
                .allowedHeader("Content-Type")
                .maxAgeSeconds(PREFLIGHT_SECONDS)
                .exposedHeader("Retry-After")
                .exposedHeader("X-Total-Count");
        for (String origin : allowed) {
            if (origin.equals("*")) {
                cors.addOriginWithRegex(".*");
            } else {
                cors.addOrigin(origin);
            }
        }
    }

    /** Refuses requests from pages of other origins, and answers CORS preflight requests of allowed ones. */
    public void check(RoutingContext ctx) {
        MultiMap headers = ctx.request().headers();
        String origin = headers.get(HttpHeaders.ORIGIN);
        if (origin == null || isOwn(headers, ctx.request().isSSL())) {
            ctx.next();
        } else if (isListed(origin)) {
            cors.handle(ctx);
        } else {
            Replies.failure(
                    ctx,
                    RunlogException.forbidden("Requests from the origin " + SafeText.show(origin)
                            + " are not allowed; see http.cors-origins."));
        }
    }

    /** The same rule for the upgrade to a WebSocket, for which browsers send no preflight request. */
    public boolean allow(MultiMap headers, boolean tls) {
        String origin = headers.get(HttpHeaders.ORIGIN);
        return origin == null || isOwn(headers, tls) || isListed(origin);
    }

    private static boolean isOwn(MultiMap headers, boolean tls) {
        @Nullable String host = headers.get(HttpHeaders.HOST);
        return BrowserOrigin.of(headers, host, tls) != BrowserOrigin.FOREIGN;
    }

    private boolean isListed(String origin) {
        return allowed.contains("*") || allowed.contains(origin);
    }
}
