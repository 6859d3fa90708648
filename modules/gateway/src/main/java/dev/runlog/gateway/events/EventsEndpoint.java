package dev.runlog.gateway.events;

import dev.runlog.contract.bus.Bus;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.Locale;

/** {@code POST /events}: events line by line, as large as a body may be, answered once all are committed. */
public final class EventsEndpoint {
    private static final String TYPE = "application/x-ndjson";

    private final Bus bus;
    private final Authenticator authenticator;
    private final GatewayConfig.Http config;
    private final EventStream.Gathered gathered = new EventStream.Gathered();

    public EventsEndpoint(Bus bus, Authenticator authenticator, GatewayConfig.Http config) {
        this.bus = bus;
        this.authenticator = authenticator;
        this.config = config;
    }

    public void mount(Router router) {
        router.post("/events").handler(this::record);
    }

    private void record(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(TYPE)) {
            throw new HttpException(415);
        }
        // Nothing is read before it is known who sends.
        request.pause();
        Credentials.of(request)
                .authenticate(authenticator)
                .compose(
                        authenticated -> new EventStream(bus, authenticated.viewer(), config, request, gathered).read())
                .onSuccess(report -> report.answer(ctx))
                .onFailure(failure -> {
                    request.resume();
                    Replies.failure(ctx, failure);
                });
    }
}
