package dev.runlog.gateway;

import dev.runlog.contract.bus.Bus;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.BrowserOrigin;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.events.EventsEndpoint;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.Selections;
import dev.runlog.gateway.health.HealthEndpoints;
import dev.runlog.gateway.health.MetricsEndpoint;
import dev.runlog.gateway.http.GraphiqlPage;
import dev.runlog.gateway.http.GraphqlHttp;
import dev.runlog.gateway.http.Replies;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.rest.LogsEndpoints;
import dev.runlog.gateway.session.LoginCodes;
import dev.runlog.gateway.session.LoginPage;
import dev.runlog.gateway.session.SessionEndpoints;
import dev.runlog.gateway.sse.EventStreams;
import dev.runlog.gateway.websocket.GraphqlTransportWs;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one door: HTTP, GraphQL, WebSocket, REST, health and metrics. Everything behind it is asked over the bus. */
public final class GatewayVerticle extends VerticleBase {
    private final Bus bus;
    private final GatewayConfig config;
    private final boolean graphiql;
    private final LoginCodes loginCodes;
    private final PrometheusMeterRegistry meters;
    private @Nullable HttpServer server;
    private @Nullable GraphqlTransportWs webSockets;
    private @Nullable EventStreams eventStreams;

    /**
     * Made for one deployment.
     *
     * @param graphiql whether {@code /graphiql} is served
     * @param loginCodes the codes of {@code /login}
     */
    public GatewayVerticle(
            Bus bus, GatewayConfig config, boolean graphiql, LoginCodes loginCodes, PrometheusMeterRegistry meters) {
        this.bus = bus;
        this.config = config;
        this.graphiql = graphiql;
        this.loginCodes = loginCodes;
        this.meters = meters;
    }

    /** Makes all that a request needs, and takes none before {@link #listen}. */
    @Override
    public Future<?> start() {
        return Authenticator.create(vertx, config.auth()).map(authenticator -> server = server(authenticator));
    }

    /** Takes connections from now on, and returns the port; called once whoever it asks over the bus is deployed. */
    public Future<Integer> listen() {
        Promise<HttpServer> listening = Promise.promise();
        context.runOnContext(now -> Future.succeededFuture()
                .compose(here -> config.metrics().port() == 0 ? Future.succeededFuture() : listenForMetrics())
                .compose(here -> Objects.requireNonNull(server).listen())
                .onComplete(listening));
        return listening.future().map(HttpServer::actualPort);
    }

    /** Takes no new connection, says goodbye to subscribers, and lets requests end that are under way. */
    @Override
    public Future<?> stop() {
        if (eventStreams != null) {
            eventStreams.close();
        }
        Future<Void> goodbye = webSockets == null ? Future.succeededFuture() : webSockets.close();
        return goodbye.compose(
                done -> server == null ? Future.succeededFuture() : server.shutdown(10, TimeUnit.SECONDS));
    }

    private HttpServer server(Authenticator authenticator) {
        LiveFeed feed = LiveFeed.start(vertx, bus, config.live(), meters);
        GraphqlEngine engine = new GraphqlEngine(bus, config.graphql(), feed);
        Operations operations =
                new Operations(engine, new Selections(config.live().renderedBytesMax(), meters));
        GraphqlTransportWs sockets = new GraphqlTransportWs(vertx, operations, authenticator, config.live());
        webSockets = sockets;
        return vertx.createHttpServer(options())
                .requestHandler(router(engine, operations, authenticator))
                .webSocketHandshakeHandler(GatewayVerticle::shakeHands)
                .webSocketHandler(sockets::handle);
    }

    private Router router(GraphqlEngine engine, Operations operations, Authenticator authenticator) {
        Router router = Router.router(vertx);
        router.route().handler(ctx -> {
            ctx.response()
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            ctx.next();
        });
        if (!config.http().corsOrigins().isEmpty()) {
            CorsHandler cors = cors();
            router.route().handler(ctx -> {
                // The handler refuses this server's own pages unless they are listed, too.
                if (Credentials.of(ctx.request()).origin() == BrowserOrigin.SAME) {
                    ctx.next();
                } else {
                    cors.handle(ctx);
                }
            });
        }
        new HealthEndpoints(bus).mount(router);
        if (config.metrics().port() == 0) {
            metrics().mount(router);
        }
        EventStreams streams = new EventStreams(vertx, operations, authenticator, config.live());
        eventStreams = streams;
        new GraphqlHttp(engine, authenticator, streams, config.http().bodyMaxBytes()).mount(router);
        new EventsEndpoint(bus, authenticator, config.http()).mount(router);
        new LogsEndpoints(bus, authenticator).mount(router);
        new SessionEndpoints(authenticator).mount(router);
        if (graphiql) {
            GraphiqlPage.mount(router);
            new LoginPage(loginCodes, authenticator).mount(router);
        }
        router.route().failureHandler(ctx -> Replies.failure(ctx, ctx.failure()));
        router.errorHandler(404, ctx -> Replies.failure(ctx, ctx.failure()));
        router.errorHandler(405, ctx -> Replies.failure(ctx, ctx.failure()));
        return router;
    }

    private MetricsEndpoint metrics() {
        return new MetricsEndpoint(meters, config.metrics().token());
    }

    private Future<HttpServer> listenForMetrics() {
        Router router = Router.router(vertx);
        metrics().mount(router);
        HttpServer own = vertx.createHttpServer(new HttpServerOptions()
                .setHost(config.http().host())
                .setPort(config.metrics().port())
                .setIdleTimeout(Math.toIntExact(config.http().idleTimeout().toSeconds()))
                .setCompressionSupported(true));
        return own.requestHandler(router)
                .listen()
                .recover(failure -> Future.failedFuture(
                        "Cannot listen on metrics.port " + config.metrics().port() + ": " + failure.getMessage()));
    }

    private CorsHandler cors() {
        CorsHandler cors = CorsHandler.create();
        for (String origin : config.http().corsOrigins()) {
            if (origin.equals("*")) {
                cors.addOriginWithRegex(".*");
            } else {
                cors.addOrigin(origin);
            }
        }
        cors.allowedMethod(HttpMethod.GET);
        cors.allowedMethod(HttpMethod.POST);
        cors.allowedMethod(HttpMethod.DELETE);
        cors.allowedHeader("Authorization");
        cors.allowedHeader("Content-Type");
        return cors;
    }

    private static void shakeHands(ServerWebSocketHandshake handshake) {
        if (handshake.path().equals("/graphql")) {
            handshake.accept();
        } else {
            handshake.reject(404);
        }
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.http().host())
                .setPort(config.http().port())
                .setCompressionSupported(config.http().gzip())
                .setDecompressionSupported(true)
                .setIdleTimeout(Math.toIntExact(config.http().idleTimeout().toSeconds()))
                // All is written on the event loop that reads. A queue for other threads takes 4 kB of each connection.
                .setStrictThreadMode(true)
                .setWebSocketSubProtocols(List.of(GraphqlTransportWs.PROTOCOL))
                .setMaxWebSocketMessageSize(config.http().bodyMaxBytes())
                .setPerMessageWebSocketCompressionSupported(false);
        if (!config.http().tlsCertificate().isEmpty()) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(config.http().tlsCertificate())
                            .setKeyPath(config.http().tlsKey()));
        }
        return options;
    }
}
