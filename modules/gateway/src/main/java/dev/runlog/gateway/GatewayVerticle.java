package dev.runlog.gateway;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.body.RequestBodies;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ConnectionLimits;
import dev.runlog.gateway.connection.Connections;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.events.EventsEndpoint;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.GraphqlSchemas;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.render.Selections;
import dev.runlog.gateway.graphqlhttp.GraphiqlPage;
import dev.runlog.gateway.graphqlhttp.GraphqlHttp;
import dev.runlog.gateway.health.HealthEndpoints;
import dev.runlog.gateway.health.MetricsEndpoint;
import dev.runlog.gateway.http.Methods;
import dev.runlog.gateway.http.Origins;
import dev.runlog.gateway.http.Replies;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.ByteBudget;
import dev.runlog.gateway.rest.LogsEndpoints;
import dev.runlog.gateway.rest.OpenApi;
import dev.runlog.gateway.session.LoginCodes;
import dev.runlog.gateway.session.LoginPage;
import dev.runlog.gateway.session.SessionEndpoints;
import dev.runlog.gateway.sse.EventStreams;
import dev.runlog.gateway.websocket.GraphqlTransportWs;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server: GraphQL, WebSocket, REST, events, health and metrics. It sends requests to other modules over the
 * bus.
 */
public final class GatewayVerticle extends VerticleBase {
    private final Bus bus;
    private final GatewayConfig config;
    private final boolean graphiql;
    private final LoginCodes loginCodes;
    private final PrometheusMeterRegistry meters;
    private final Origins origins;
    private @Nullable Connections connections;
    private @Nullable HttpServer server;
    private @Nullable GraphqlTransportWs webSockets;
    private @Nullable EventStreams eventStreams;

    /**
     * Creates a verticle for one deployment.
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
        this.origins = new Origins(config.http().corsOrigins());
    }

    /** Prepares everything, but accepts no request before {@link #listen}. */
    @Override
    public Future<?> start() {
        return Authenticator.create(vertx, config.auth()).map(authenticator -> server = server(authenticator));
    }

    /** Accepts connections from now on, and returns the port. Call it once the other modules are deployed. */
    public Future<Integer> listen() {
        Promise<HttpServer> listening = Promise.promise();
        context.runOnContext(now -> Future.succeededFuture()
                .compose(here -> config.metrics().port() == 0 ? Future.succeededFuture() : listenForMetrics())
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

    private HttpServer server(Authenticator authenticator) {
        LiveFeed feed = LiveFeed.start(vertx, bus, config.live(), meters);
        AnswerMemory memory = new AnswerMemory(
                config.graphql().responseMaxBytes(), config.graphql().responsesMaxBytes());
        GraphqlEngine engine =
                new GraphqlEngine(new GraphqlSchemas(config.graphql()), bus, memory, config.graphql(), feed);
        Operations operations =
                new Operations(engine, new Selections(config.live().renderedBytesMax(), engine.memory(), meters));
        ByteBudget budget = new ByteBudget(config.http());
        Gauge.builder("runlog.bodies.bytes", budget, ByteBudget::bytes)
                .description("Bytes of request bodies and messages in progress.")
                .register(meters);
        OpenStreams open = new OpenStreams(config.http().streamsOwnerMax());
        GraphqlTransportWs sockets = new GraphqlTransportWs(vertx, operations, authenticator, config, budget, open);
        webSockets = sockets;
        HttpServerOptions options = options();
        Connections accepted = new Connections(
                vertx, config.http(), options, new ConnectionLimits(config.http(), meters));
        connections = accepted;
        return vertx.createHttpServer(options)
                .connectionHandler(accepted::accept)
                .invalidRequestHandler(Replies::rejectMalformed)
                .requestHandler(router(engine, feed, operations, authenticator, budget, open))
                .webSocketHandshakeHandler(this::shakeHands)
                .webSocketHandler(sockets::handle);
    }

    private Router router(
            GraphqlEngine engine,
            LiveFeed feed,
            Operations operations,
            Authenticator authenticator,
            ByteBudget budget,
            OpenStreams open) {
        Router router = Router.router(vertx);
        RequestBodies bodies = new RequestBodies(vertx, config.http(), budget);
        router.route().handler(bodies::admit);
        router.route().handler(ctx -> {
            ctx.response()
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            ctx.next();
        });
        router.route().handler(origins::check);
        new HealthEndpoints(bus).mount(router);
        if (config.metrics().port() == 0) {
            metrics().mount(router);
        }
        EventStreams streams = new EventStreams(vertx, operations, config.live(), open);
        eventStreams = streams;
        new GraphqlHttp(engine, authenticator, streams, bodies).mount(router);
        new EventsEndpoint(bus, authenticator, config.http(), bodies).mount(router);
        new LogsEndpoints(
                        bus,
                        feed,
                        engine.memory(),
                        engine.throttle(),
                        authenticator,
                        config.http().cleanupWait())
                .mount(router);
        OpenApi.mount(router);
        new SessionEndpoints(authenticator).mount(router);
        if (graphiql) {
            GraphiqlPage.mount(router);
            new LoginPage(loginCodes, authenticator).mount(router);
        }
        router.route().failureHandler(ctx -> Replies.failure(ctx, ctx.failure()));
        // The only failure with 400 from the router itself. Without a handler, it logs a stack trace.
        router.errorHandler(
                400,
                ctx -> Replies.failure(ctx, RunlogException.badInput("The path is not valid percent-encoded text.")));
        router.errorHandler(404, ctx -> Replies.failure(ctx, ctx.failure()));
        router.errorHandler(405, ctx -> Methods.refuse(router, ctx));
        Methods.allowHead(router);
        return router;
    }

    private MetricsEndpoint metrics() {
        return new MetricsEndpoint(meters, config.metrics().token());
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
        if (!handshake.path().equals("/graphql")) {
            handshake.reject(404);
        } else if (!origins.allow(handshake.headers(), handshake.isSsl())) {
            handshake.reject(403);
        } else {
            handshake.accept();
        }
    }

    private HttpServerOptions options() {
        HttpServerOptions options = plainOptions(config.http().port())
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
