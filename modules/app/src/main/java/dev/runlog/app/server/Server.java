package dev.runlog.app.server;

import dev.runlog.app.cluster.HazelcastCluster;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.database.DatabaseStart;
import dev.runlog.contract.bus.Bus;
import dev.runlog.gateway.GatewayVerticle;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.session.LoginCodes;
import dev.runlog.querying.QueryingVerticle;
import dev.runlog.recording.RecordingVerticle;
import dev.runlog.retention.RetentionVerticle;
import dev.runlog.storage.db.Database;
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
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running Runlog. What was started last is stopped first. */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);
    private static final Duration BUS_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final boolean byItself;
    private final boolean servesGraphiql;
    private final LoginCodes loginCodes = new LoginCodes(Clock.systemUTC());
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private RunlogConfig config;
    private int port;

    private Server(RunlogConfig config, boolean byItself) {
        this.config = config;
        this.byItself = byItself;
        this.servesGraphiql = servesGraphiql(config);
    }

    /** Starts everything, in the caller's thread; fails with a {@link StartFailure} and leaves nothing behind. */
    public static Server start(RunlogConfig config) {
        return start(config, true);
    }

    /** The same of a server whose retention does what it is asked for and nothing else. */
    static Server startOnDemand(RunlogConfig config) {
        return start(config, false);
    }

    private static Server start(RunlogConfig config, boolean byItself) {
        Server server = new Server(config, byItself);
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
            throw new StartFailure("cluster.enabled: servers of a cluster share a database; set database.url.");
        }
        DatabaseStart database = DatabaseStart.begin(config);
        closers.push(database::close);
        // As many event loops as processors: the gateway and querying, deployed two apart, then share one of two, and a
        // page costs no switch between threads.
        VertxOptions options = new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors()));
        Vertx opened = config.cluster().enabled()
                ? await(HazelcastCluster.open(options, config.cluster()), START_PATIENCE)
                : Vertx.vertx(options);
        closers.push(() -> await(opened.close(), STOP_PATIENCE));
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
            bus.keepContact(opened, config.cluster().beatInterval());
            Gauge.builder("runlog.cluster.peers", bus::peers)
                    .description("Other servers that are heard of.")
                    .register(meters);
        }
        // The gateway needs no database to be made, and takes no request before all the others are there.
        GatewayVerticle gateway = gateway(bus, meters);
        String gatewayId = await(
                opened.deployVerticle(gateway),
                START_PATIENCE.plus(config.auth().jwksWait()));
        config = config.withDatabaseUrl(database.await().url());
        Supplier<Optional<String>> recordingRefusal = database.keep(meters, failure::complete);
        Clock clock = Clock.systemUTC();
        Database reading = Database.open(opened, config.database(), meters);
        Database retaining = Database.openForRetention(opened, config.database(), meters);
        closers.push(() -> await(Future.join(reading.close(), retaining.close()), STOP_PATIENCE));
        deploy(
                opened,
                new RecordingVerticle(bus, config.database(), config.recording(), clock, meters, recordingRefusal));
        deploy(opened, new QueryingVerticle(bus, reading, config.querying(), clock));
        deploy(
                opened,
                byItself
                        ? new RetentionVerticle(bus, retaining, config.retention(), clock, meters)
                        : RetentionVerticle.onDemand(bus, retaining, config.retention(), clock, meters));
        closers.push(() -> await(opened.undeploy(gatewayId), STOP_PATIENCE));
        port = await(gateway.listen(), START_PATIENCE);
    }

    private GatewayVerticle gateway(Bus bus, PrometheusMeterRegistry meters) {
        GatewayConfig gatewayConfig = new GatewayConfig(
                config.http()
                        .withConnectionsMax(
                                OpenFiles.connectionsMax(config.http().connectionsMax())),
                config.auth(),
                config.session(),
                config.graphql(),
                config.live(),
                config.metrics());
        return new GatewayVerticle(bus, gatewayConfig, servesGraphiql, loginCodes, meters);
    }

    private static boolean servesGraphiql(RunlogConfig config) {
        return switch (config.graphql().graphiql()) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> config.isEmbedded();
        };
    }

    /** A link that signs a browser in once, with the token; null if no page is served that it could lead to. */
    @Nullable
    public String loginLink(String token) {
        return servesGraphiql
                ? url() + "/login?code="
                        + loginCodes.issue(token, config.session().loginLinkLife())
                : null;
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** Where it is found from this machine. */
    public String url() {
        String scheme = config.http().tlsCertificate().isEmpty() ? "http" : "https";
        String host = config.http().host();
        // RFC 3986, section 3.2.2.
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Calls the listener, with the reason, if the server cannot go on and should be closed. */
    public void onFailure(Consumer<String> listener) {
        CompletableFuture<Void> unused = failure.thenAccept(listener);
    }

    /** Takes nothing new, answers what it took, then stops. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException failure) {
                log.warn("Something did not stop in order: {}", failure.toString());
            }
        }
    }

    private void requireLoopbackForDevelopment(boolean embedded) {
        try {
            if (InetAddress.getByName(config.http().host()).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException unknown) {
            throw new StartFailure("http.host: " + config.http().host() + " is no address of this machine.", unknown);
        }
        if (config.usesDevelopmentKeys() || embedded) {
            throw new StartFailure("http.host: " + config.http().host() + " can be reached from elsewhere, which needs "
                    + "auth and a database.url of your own.");
        }
    }

    private void deploy(Vertx opened, Deployable verticle) {
        String id = await(opened.deployVerticle(verticle), START_PATIENCE);
        closers.push(() -> await(opened.undeploy(id), STOP_PATIENCE));
    }

    private static Runnable bound(JvmGcMetrics metrics, PrometheusMeterRegistry meters) {
        metrics.bindTo(meters);
        return metrics::close;
    }

    private <T> T await(Future<T> future, Duration patience) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw explained(failure.getCause());
        } catch (TimeoutException tooLong) {
            throw new StartFailure("Nothing came within " + patience + ".", tooLong);
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
                                + " is taken; stop who has it, or set RUNLOG_HTTP_PORT.",
                        at);
            }
        }
        return new StartFailure(
                cause == null ? "Unknown failure." : StartFailure.firstLine(cause),
                cause == null ? new IllegalStateException() : cause);
    }
}
