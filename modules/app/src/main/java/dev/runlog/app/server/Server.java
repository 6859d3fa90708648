package dev.runlog.app.server;

import dev.runlog.app.cluster.HazelcastCluster;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.database.DatabaseStart;
import dev.runlog.connectors.redis.RedisConnector;
import dev.runlog.contract.bus.Bus;
import dev.runlog.gateway.GatewayShared;
import dev.runlog.gateway.GatewayVerticle;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.session.LoginCodes;
import dev.runlog.querying.QueryingVerticle;
import dev.runlog.recording.RecordingVerticle;
import dev.runlog.retention.RetentionVerticle;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.KnownWorkflows;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server. It stops its parts in reverse order of their start. */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);
    /** Event loops for recording with retention, and for connectors. */
    private static final int OTHER_LOOPS = 2;

    private static final Duration BUS_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final boolean runsPolicies;
    private final boolean servesGraphiql;
    private final LoginCodes loginCodes = new LoginCodes(Clock.systemUTC());
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private RunlogConfig config;
    /** Number of event loops that answer requests. */
    private int loops;

    private int port;
    private boolean servesPages;

    private Server(RunlogConfig config, boolean runsPolicies) {
        this.config = config;
        this.runsPolicies = runsPolicies;
        this.servesGraphiql = servesGraphiql(config);
    }

    /** Starts the server on the calling thread. On a {@link StartFailure}, everything is stopped again. */
    public static Server start(RunlogConfig config) {
        return start(config, true);
    }

    /** Starts a server that runs requested cleanups only: no policies, no connectors. */
    static Server startOnDemand(RunlogConfig config) {
        return start(config, false);
    }

    private static Server start(RunlogConfig config, boolean runsPolicies) {
        Server server = new Server(config, runsPolicies);
        try {
            server.open();
            return server;
        } catch (RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    private void open() {
        boolean embedded = config.isEmbedded();
        requireLoopbackForDevelopment(embedded);
        if (config.cluster().enabled() && embedded) {
            throw new StartFailure(
                    "cluster.enabled requires database.url, because the servers of a cluster share a database.");
        }
        DatabaseStart database = DatabaseStart.begin(config);
        closers.push(database::close);
        loops = config.eventLoops();
        VertxOptions options =
                new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops + OTHER_LOOPS);
        Vertx opened = config.cluster().enabled()
                ? await(HazelcastCluster.open(options, config.cluster()), START_TIMEOUT)
                : Vertx.vertx(options);
        closers.push(() -> await(opened.close(), STOP_TIMEOUT));
        if (config.usesDevelopmentKeys()) {
            config = config.withPublicKey(
                    DevelopmentKeys.in(config.dataDirectory()).publicKey());
        }
        deployAll(opened, database);
    }

    private void deployAll(Vertx opened, DatabaseStart database) {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(meters);
        closers.push(bound(new JvmGcMetrics(), meters));
        Bus bus = Bus.create(opened, BUS_TIMEOUT);
        if (config.cluster().enabled()) {
            bus.startBeats(opened, config.cluster().beatInterval());
            Gauge.builder("runlog.cluster.peers", bus::peers)
                    .description("Other servers of the cluster that are known to be alive.")
                    .register(meters);
        }
        // A page is answered on one event loop, from its request to its rows. Recording and retention have another one.
        List<VerticleGroup> pages = new ArrayList<>();
        for (int loop = 0; loop < loops; loop++) {
            pages.add(await(VerticleGroup.deploy(opened), START_TIMEOUT));
        }
        VerticleGroup writes = await(VerticleGroup.deploy(opened), START_TIMEOUT);
        // The gateways need no database to start, and accept no requests before the rest has started.
        List<GatewayVerticle> gateways = startGateways(opened, pages, bus, meters);
        config = config.withDatabaseUrl(database.await().url());
        Supplier<Optional<String>> recordingRefusal = database.monitor(meters, failure::complete);
        Clock clock = Clock.systemUTC();
        List<Database> reading = Database.openForLoops(opened, config.database(), loops, meters);
        Database retaining = Database.openForRetention(opened, config.database(), meters);
        closers.push(() -> await(
                Future.join(retaining.close(), Future.join(each(loop -> reading.get(loop)
                        .close()))),
                STOP_TIMEOUT));
        start(
                writes,
                new RecordingVerticle(bus, config.database(), config.recording(), clock, meters, recordingRefusal));
        KnownOwners owners = new KnownOwners(config.querying().ownersKnownMax());
        KnownWorkflows workflows = new KnownWorkflows(
                config.querying().workflowsKnownMax(), config.querying().workflowLife());
        for (int loop = 0; loop < loops; loop++) {
            start(
                    pages.get(loop),
                    new QueryingVerticle(
                            bus.onLoop(loop), reading.get(loop), config.querying(), owners, workflows, clock));
        }
        start(
                writes,
                runsPolicies
                        ? new RetentionVerticle(bus, retaining, config.retention(), clock, meters)
                        : RetentionVerticle.onDemand(bus, retaining, config.retention(), clock, meters));
        if (runsPolicies && config.connectors().redis().enabled()) {
            start(await(VerticleGroup.deploy(opened), START_TIMEOUT), redis(bus, meters));
        }
        // Together, because the port is open until the last one has stopped.
        closers.push(() -> await(Future.join(each(loop -> pages.get(loop).stop(gateways.get(loop)))), STOP_TIMEOUT));
        port = await(gateways.get(0).listen(), START_TIMEOUT);
        for (GatewayVerticle other : gateways.subList(1, loops)) {
            await(other.listen(), START_TIMEOUT);
        }
    }

    private List<GatewayVerticle> startGateways(
            Vertx opened, List<VerticleGroup> pages, Bus bus, PrometheusMeterRegistry meters) {
        GatewayConfig gatewayConfig = new GatewayConfig(
                config.http()
                        .withConnectionsMax(
                                OpenFiles.connectionsMax(config.http().connectionsMax())),
                config.auth(),
                config.session(),
                config.graphql(),
                config.live(),
                config.metrics(),
                config.console());
        GatewayShared shared = await(
                GatewayShared.create(opened, gatewayConfig, loops, servesGraphiql, loginCodes, meters),
                START_TIMEOUT.plus(config.auth().jwksWait()));
        servesPages = shared.servesPages();
        List<GatewayVerticle> gateways = IntStream.range(0, loops)
                .mapToObj(loop -> new GatewayVerticle(loop, bus.onLoop(loop), shared))
                .toList();
        await(Future.all(each(loop -> pages.get(loop).start(gateways.get(loop)))), START_TIMEOUT);
        return gateways;
    }

    private List<Future<Void>> each(IntFunction<Future<Void>> ofLoop) {
        return IntStream.range(0, loops).mapToObj(ofLoop).toList();
    }

    private RedisConnector redis(Bus bus, PrometheusMeterRegistry meters) {
        try {
            return new RedisConnector(bus, config.connectors().redis(), meters);
        } catch (IllegalArgumentException invalid) {
            throw new StartFailure(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private static boolean servesGraphiql(RunlogConfig config) {
        return switch (config.graphql().graphiql()) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> config.isEmbedded();
        };
    }

    /** Returns a link that signs a browser in once with the token; null if the server has no web page. */
    @Nullable
    public String loginLink(String token) {
        return servesPages
                ? url() + "/login?code="
                        + loginCodes.issue(token, config.session().loginLinkLife())
                : null;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** The URL on this machine, with the base path. */
    public String url() {
        String scheme = config.http().tlsCertificate().isEmpty() ? "http" : "https";
        String host = config.http().host();
        // RFC 3986, section 3.2.2.
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port
                + config.http().basePath();
    }

    /** Calls the listener with the reason if the server cannot continue and should be closed. */
    public void onFailure(Consumer<String> listener) {
        CompletableFuture<Void> unused = failure.thenAccept(listener);
    }

    /** Accepts no new requests, completes the current ones, then stops. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException failure) {
                log.warn("Shutdown step failed: {}", failure.toString());
            }
        }
    }

    private void requireLoopbackForDevelopment(boolean embedded) {
        try {
            if (InetAddress.getByName(config.http().host()).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException unknown) {
            throw new StartFailure(
                    "Invalid http.host: " + config.http().host() + " (expected a local address).", unknown);
        }
        if (config.usesDevelopmentKeys() || embedded) {
            throw new StartFailure("http.host: " + config.http().host() + " can be reached from other machines, which "
                    + "requires auth and database.url to be set.");
        }
    }

    private void start(VerticleGroup group, Deployable verticle) {
        await(group.start(verticle), START_TIMEOUT);
        closers.push(() -> await(group.stop(verticle), STOP_TIMEOUT));
    }

    private static Runnable bound(JvmGcMetrics metrics, PrometheusMeterRegistry meters) {
        metrics.bindTo(meters);
        return metrics::close;
    }

    private <T> T await(Future<T> future, Duration timeout) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(timeout.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw explained(failure.getCause());
        } catch (TimeoutException tooLong) {
            throw new StartFailure("Startup timed out after " + timeout.toSeconds() + " s.", tooLong);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", stop);
        }
    }

    private StartFailure explained(@Nullable Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof BindException) {
                return new StartFailure(
                        "Port " + config.http().port() + " on " + config.http().host()
                                + " is in use. Stop the other process, or set RUNLOG_HTTP_PORT.",
                        at);
            }
        }
        return new StartFailure(
                cause == null ? "Unknown failure." : StartFailure.firstLine(cause),
                cause == null ? new IllegalStateException() : cause);
    }
}
