package dev.runlog.gateway.http;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.auth.BrowserOrigin;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pages may send requests: those of this server and of {@code http.cors-origins}. A request that names no origin
 * comes from no page's script and is none of its business.
 */
public final class Origins {
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

    /** Refuses requests of other origins' pages, and answers the browser's questions of allowed ones. */
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
                    RunlogException.forbidden(
                            "Requests from the origin " + shown(origin) + " are not allowed; see http.cors-origins."));
        }
    }

    /** The same rule for the upgrade to a WebSocket, for which browsers do not ask before. */
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

    private static String shown(String origin) {
        String ascii = origin.replaceAll("[^\\x20-\\x7e]", "?");
        return ascii.length() > 200 ? ascii.substring(0, 200) + "…" : ascii;
    }
}
