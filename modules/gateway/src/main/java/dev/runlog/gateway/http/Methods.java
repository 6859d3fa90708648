package dev.runlog.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/** Rules for HTTP methods, for all endpoints. */
public final class Methods {
    private Methods() {}

    /** Allows HEAD on every route that allows GET. Call it after all routes were added. */
    public static void allowHead(Router router) {
        for (Route route : router.getRoutes()) {
            if (allows(route, HttpMethod.GET)) {
                route.method(HttpMethod.HEAD);
            }
        }
    }

    /** Replies 405 with the methods that the path allows. */
    public static void refuse(Router router, RoutingContext ctx) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            if (path != null
                    && route.methods() != null
                    && (route.isExactPath()
                            ? matches(path, ctx.normalizedPath())
                            : ctx.normalizedPath().startsWith(path))) {
                route.methods().forEach(method -> allowed.add(method.name()));
            }
        }
        ctx.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
        Replies.failure(ctx, ctx.failure());
    }

    private static boolean allows(Route route, HttpMethod method) {
        return route.methods() != null && route.methods().contains(method);
    }

    private static boolean matches(String pattern, String path) {
        String[] expected = pattern.split("/", -1);
        String[] given = path.split("/", -1);
        if (expected.length != given.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (!expected[i].startsWith(":") && !expected[i].equals(given[i])) {
                return false;
            }
        }
        return true;
    }
}
