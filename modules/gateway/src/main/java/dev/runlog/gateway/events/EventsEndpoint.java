package dev.runlog.gateway.events;

import dev.runlog.contract.bus.Bus;
import dev.runlog.gateway.auth.AuthenticatedViewer;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.body.RequestBodies;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.http.MediaType;
import dev.runlog.gateway.http.PublicDocuments;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

/**
 * {@code POST /events}: records a stream of events, and replies once all are committed. {@code GET /events/schema.json}:
 * the JSON Schema of an event; does not require a token.
 */
public final class EventsEndpoint {
    private final Bus bus;
    private final Authenticator authenticator;
    private final GatewayConfig.Http config;
    private final RequestBodies bodies;

    public EventsEndpoint(Bus bus, Authenticator authenticator, GatewayConfig.Http config, RequestBodies bodies) {
        this.bus = bus;
        this.authenticator = authenticator;
        this.config = config;
        this.bodies = bodies;
    }

    public void mount(Router router) {
        router.post("/events").handler(this::record);
        PublicDocuments.mount(router, "/events/schema.json", "/event.schema.json", "application/json");
    }

    private void record(RoutingContext ctx) {
        Credentials.of(ctx.request())
                .authenticate(authenticator)
                .compose(authenticated -> read(ctx, authenticated))
                .onSuccess(report -> report.answer(ctx))
                .onFailure(failure -> Replies.failure(ctx, failure));
    }

    private Future<EventsReport> read(RoutingContext ctx, AuthenticatedViewer authenticated) {
        boolean isArray = isArray(ctx.request());
        return new EventUpload(
                        bus,
                        authenticated.viewer(),
                        config,
                        bodies.open(ctx),
                        bodies.share(ctx, authenticated.viewer().subject()),
                        isArray)
                .read();
    }

    private static boolean isArray(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return switch (type == null ? "" : MediaType.essence(type)) {
            case "application/x-ndjson", "application/jsonl" -> false;
            case "application/json" -> true;
            default ->
                throw new HttpException(
                        415,
                        (type == null ? "The Content-Type is missing" : "Unsupported Content-Type")
                                + " (expected application/x-ndjson or application/jsonl for one event on each line, or"
                                + " application/json for an event or an array of events).");
        };
    }
}
