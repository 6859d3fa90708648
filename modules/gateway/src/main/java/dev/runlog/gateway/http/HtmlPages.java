package dev.runlog.gateway.http;

import dev.runlog.contract.text.Sha256;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;

/** Plain HTML pages without scripts, and the security headers of every page. */
public final class HtmlPages {
    private static final String STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;"
            + "padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.4rem 1rem}"
            + "pre{overflow:auto;padding:.6rem;border:1px solid}";
    private static final String POLICY = "default-src 'none'; style-src '" + hash(STYLE)
            + "'; form-action 'self'; base-uri 'none'; " + "frame-ancestors 'none'";

    private HtmlPages() {}

    /** Sends a page. Title and body are trusted HTML. */
    public static void send(RoutingContext ctx, int status, String title, String body) {
        secure(ctx.response(), POLICY)
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .end("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title
                        + "</title><meta name=\"viewport\" content=\"width=device-width\"><style>" + STYLE
                        + "</style></head><body><h1>" + title + "</h1>" + body + "</body></html>\n");
    }

    /** Sets security headers: the given policy for what the page may load, no framing, and no referrer. */
    public static HttpServerResponse secure(HttpServerResponse response, String contentSecurityPolicy) {
        return response.putHeader("Content-Security-Policy", contentSecurityPolicy)
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** Redirects to a path, and keeps the query. */
    public static void redirect(RoutingContext ctx, String path) {
        String query = ctx.request().query();
        ctx.response()
                .setStatusCode(302)
                .putHeader(HttpHeaders.LOCATION, path + (query == null ? "" : "?" + query))
                .end();
    }

    private static String hash(String text) {
        return "sha256-" + Base64.getEncoder().encodeToString(Sha256.of(text));
    }
}
