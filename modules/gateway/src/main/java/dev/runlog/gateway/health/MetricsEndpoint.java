package dev.runlog.gateway.health;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.http.Replies;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** {@code /metrics} for Prometheus; requires {@code metrics.token}, if one is configured. */
public final class MetricsEndpoint {
    private static final String PREFIX = "Bearer ";

    private final PrometheusMeterRegistry meters;
    private final byte[] token;

    /** Without a configured token, access is public. */
    public MetricsEndpoint(PrometheusMeterRegistry meters, String token) {
        this.meters = meters;
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    public void mount(Router router) {
        router.get("/metrics").handler(this::answer);
    }

    private void answer(RoutingContext ctx) {
        if (!isAllowed(ctx.request().getHeader(HttpHeaders.AUTHORIZATION))) {
            Replies.failure(
                    ctx, RunlogException.unauthenticated("/metrics requires the bearer token from metrics.token."));
            return;
        }
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(meters.scrape());
    }

    private boolean isAllowed(@Nullable String header) {
        if (token.length == 0) {
            return true;
        }
        return header != null
                && header.regionMatches(true, 0, PREFIX, 0, PREFIX.length())
                && MessageDigest.isEqual(
                        token, header.substring(PREFIX.length()).trim().getBytes(StandardCharsets.UTF_8));
    }
}
