package dev.runlog.gateway;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.body.RequestBodies;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.Connections;
import dev.runlog.gateway.console.ConsolePage;
import dev.runlog.gateway.events.EventsEndpoint;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphqlhttp.GraphiqlPage;
import dev.runlog.gateway.graphqlhttp.GraphqlHttp;
import dev.runlog.gateway.health.HealthEndpoints;
import dev.runlog.gateway.health.MetricsEndpoint;
import dev.runlog.gateway.http.BasePath;
import dev.runlog.gateway.http.Methods;
import dev.runlog.gateway.http.Origins;
import dev.runlog.gateway.http.Replies;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.ByteBudget;
import dev.runlog.gateway.rest.LogsEndpoints;
import dev.runlog.gateway.rest.OpenApi;
import dev.runlog.gateway.session.LoginPage;
import dev.runlog.gateway.session.SessionEndpoints;
import dev.runlog.gateway.sse.EventStreams;
import dev.runlog.gateway.websocket.GraphqlTransportWs;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of one event loop: GraphQL, WebSocket, REST, events, health and metrics. It sends requests to other
 * modules over the bus. Those of all loops listen on one port; Vert.x hands connections to them in turn.
 */
public final class GatewayVerticle extends VerticleBase {
    /** Vert.x binds servers with the same negative port to one free port. Those with port 0 would each get their own. */
    private static final int ONE_FREE_PORT = -1;

    private final int loop;
    private final Bus bus;
    private final GatewayShared shared;
    private final GatewayConfig config;
    private final Origins origins;
    private @Nullable Connections connections;
    private @Nullable HttpServer server;
    private @Nullable GraphqlTransportWs webSockets;
    private @Nullable EventStreams eventStreams;

    /**
     * Creates a verticle for one deployment.
     *
     * @param loop number of its event loop; the first, 0, also receives the changes for all, and serves the metrics
     * @param bus view of the bus for that loop
     */
    public GatewayVerticle(int loop, Bus bus, GatewayShared shared) {
        this.loop = loop;
        this.bus = bus;
        this.shared = shared;
        this.config = shared.config();
        this.origins = new Origins(config.http().corsOrigins());
    }

    /** Prepares everything, but accepts no request before {@link #listen}. */
    @Override
    public Future<?> start() {
        if (loop == 0) {
            shared.changes().start(vertx, bus);
        }
        server = createServer();
        return Future.succeededFuture();
    }

    /** Accepts connections from now on, and returns the port. Call it once the other modules are deployed. */
    public Future<Integer> listen() {
        Promise<HttpServer> listening = Promise.promise();
        context.runOnContext(now -> Future.succeededFuture()
                .compose(here -> hasMetricsPort() && loop == 0 ? listenForMetrics() : Future.succeededFuture())
                .compose(here -> Objects.requireNonNull(server).listen())
                .onComplete(listening));
        return listening.future().map(HttpServer::actualPort);
    }

    /** Accepts no new connections, disconnects subscribers, and lets pending requests end. */
    @Override
    public Future<?> stop() {
        if (eventStreams != null) {
            eventStreams.close();
        }
        Future<Void> disconnected = webSockets == null ? Future.succeededFuture() : webSockets.close();
        return disconnected.compose(
                done -> server == null ? Future.succeededFuture() : server.shutdown(10, TimeUnit.SECONDS));
    }

    private HttpServer createServer() {
        LiveFeed feed = LiveFeed.start(vertx, bus, shared.changes());
        GraphqlEngine engine = new GraphqlEngine(
                shared.schemas(), bus, shared.answers(), config.graphql().dividedBy(shared.loops()), feed);
        Operations operations = new Operations(engine, shared.rendered());
        GraphqlTransportWs sockets = new GraphqlTransportWs(
                vertx, operations, shared.authenticator(), config, shared.bodies(), shared.streams());
        webSockets = sockets;
        HttpServerOptions options = options();
        Connections accepted = new Connections(vertx, config.http(), options, shared.connections());
        connections = accepted;
        Handler<HttpServerRequest> handler =
                BasePath.before(config.http().basePath(), router(engine, feed, operations), withFailures(router()));
        Counter requests = Counter.builder("runlog.requests")
                .description("Requests and WebSocket handshakes, by event loop.")
                .tag("loop", Integer.toString(loop))
                .register(shared.meters());
        return vertx.createHttpServer(options)
                .connectionHandler(accepted::accept)
                .invalidRequestHandler(Replies::rejectMalformed)
                .requestHandler(request -> {
                    requests.increment();
                    handler.handle(request);
                })
                .webSocketHandshakeHandler(handshake -> {
                    requests.increment();
                    shakeHands(handshake);
                })
                .webSocketHandler(sockets::handle);
    }

    private Router router(GraphqlEngine engine, LiveFeed feed, Operations operations) {
        Authenticator authenticator = shared.authenticator();
        Router router = router();
        RequestBodies bodies = bodies();
        new HealthEndpoints(bus).mount(router);
        if (!hasMetricsPort()) {
            metrics().mount(router);
        }
        EventStreams streams = new EventStreams(vertx, operations, config.live(), shared.streams());
        eventStreams = streams;
        new GraphqlHttp(engine, authenticator, streams, bodies).mount(router);
        new EventsEndpoint(bus, authenticator, config.http(), bodies).mount(router);
        new LogsEndpoints(
                        bus,
                        feed,
                        shared.answers(),
                        engine.throttle(),
                        authenticator,
                        config.http().cleanupWait())
                .mount(router);
        OpenApi.mount(router, config.http().basePath());
        new SessionEndpoints(authenticator).mount(router);
        mountPages(router, authenticator);
        Methods.allowHead(router);
        return withFailures(router);
    }

    private void mountPages(Router router, Authenticator authenticator) {
        String base = config.http().basePath();
        if (shared.servesGraphiql()) {
            GraphiqlPage.mount(router, base);
        }
        if (shared.console().isPresent()) {
            ConsolePage.mount(router, shared.console().get(), base, shared.servesGraphiql());
        } else if (config.console().enabled()) {
            ConsolePage.mountWithout(router);
        }
        if (shared.servesPages()) {
            LoginPage.Home home = shared.console().isPresent() ? LoginPage.Home.CONSOLE : LoginPage.Home.GRAPHIQL;
            new LoginPage(shared.loginCodes(), authenticator, base, home).mount(router);
        }
    }

    /** A router with the rules for all requests, but without routes. */
    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(bodies()::admit);
        router.route().handler(ctx -> {
            ctx.response()
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            ctx.next();
        });
        router.route().handler(origins::check);
        return router;
    }

    /** Answers failures that no route answers. Call it after all routes were added, because their handlers go first. */
    private static Router withFailures(Router router) {
        router.route().failureHandler(ctx -> Replies.failure(ctx, ctx.failure()));
        // The only failure with 400 from the router itself. Without a handler, it logs a stack trace.
        router.errorHandler(
                400,
                ctx -> Replies.failure(ctx, RunlogException.badInput("The path is not valid percent-encoded text.")));
        router.errorHandler(404, ctx -> Replies.failure(ctx, ctx.failure()));
        router.errorHandler(405, ctx -> Methods.refuse(router, ctx));
        return router;
    }

    private RequestBodies bodies() {
        return new RequestBodies(vertx, config.http(), shared.bodies());
    }

    private boolean hasMetricsPort() {
        return config.metrics().port() != 0;
    }

    private MetricsEndpoint metrics() {
        return new MetricsEndpoint(shared.meters(), config.metrics().token());
    }

    private Future<HttpServer> listenForMetrics() {
        Router router = Router.router(vertx);
        router.route().handler(new RequestBodies(vertx, config.http(), new ByteBudget(config.http()))::admit);
        metrics().mount(router);
        HttpServerOptions options = plainOptions(config.metrics().port()).setCompressionSupported(true);
        return vertx.createHttpServer(options)
                .connectionHandler(Objects.requireNonNull(connections)::accept)
                .invalidRequestHandler(Replies::rejectMalformed)
                .requestHandler(router)
                .listen()
                .recover(failure -> Future.failedFuture(
                        "Cannot listen on metrics.port " + config.metrics().port() + ": " + failure.getMessage()));
    }

    private void shakeHands(ServerWebSocketHandshake handshake) {
        if (!handshake.path().equals(config.http().basePath() + "/graphql")) {
            handshake.reject(404);
        } else if (!origins.allow(handshake.headers(), handshake.isSsl())) {
            handshake.reject(403);
        } else {
            handshake.accept();
        }
    }

    private HttpServerOptions options() {
        HttpServerOptions options = plainOptions(
                        config.http().port() == 0
                                ? ONE_FREE_PORT
                                : config.http().port())
                .setCompressionSupported(config.http().gzip())
                .setWebSocketSubProtocols(List.of(GraphqlTransportWs.PROTOCOL))
                .setMaxWebSocketMessageSize(config.http().bodyMaxBytes())
                .setPerMessageWebSocketCompressionSupported(false);
        if (!config.http().tlsCertificate().isEmpty()) {
            options.setSsl(true)
                    .setSslHandshakeTimeout(config.http().headerTimeout().toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(config.http().tlsCertificate())
                            .setKeyPath(config.http().tlsKey()));
        }
        return options;
    }

    private HttpServerOptions plainOptions(int port) {
        return new HttpServerOptions()
                .setHost(config.http().host())
                .setPort(port)
                // Bodies are inflated after authentication, by the package body.
                .setDecompressionSupported(false)
                // HTTP/2 streams would bypass the limits on connections. A proxy in front may offer it.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setIdleTimeout(Math.toIntExact(config.http().idleTimeout().toSeconds()))
                // Everything is written on the event loop. A queue for other threads would take 4 kB for each
                // connection.
                .setStrictThreadMode(true);
    }
}
