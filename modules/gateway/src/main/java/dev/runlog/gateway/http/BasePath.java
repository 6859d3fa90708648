package dev.runlog.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.ext.web.Router;

/**
 * Removes {@code http.base-path} from requests, so that the routes behind it are those of a server without one. A
 * sub-router would not do: its handlers and failure handlers see the whole path.
 */
public final class BasePath {
    private BasePath() {}

    /**
     * Returns what handles the requests of a server.
     *
     * @param base the base path; may be empty
     * @param router the routes below it
     * @param outside a router that answers all other requests; a route for the base path itself is added to it
     */
    public static Handler<HttpServerRequest> before(String base, Router router, Router outside) {
        if (base.isEmpty()) {
            return router;
        }
        String below = base + "/";
        outside.get(base).handler(ctx -> HtmlPages.redirect(ctx, below));
        Methods.allowHead(outside);
        return request -> {
            String path = request.path();
            if (path != null && path.startsWith(below)) {
                router.handle(new Shortened((HttpServerRequestInternal) request, base));
            } else {
                outside.handle(request);
            }
        };
    }

    private static final class Shortened extends HttpServerRequestWrapper {
        private final String base;

        Shortened(HttpServerRequestInternal request, String base) {
            super(request);
            this.base = base;
        }

        @Override
        public String path() {
            return super.path().substring(base.length());
        }

        /** The target of the request; an absolute one, which only proxies send, is unchanged. */
        @Override
        public String uri() {
            String uri = super.uri();
            return uri.startsWith(base) ? uri.substring(base.length()) : uri;
        }
    }
}
