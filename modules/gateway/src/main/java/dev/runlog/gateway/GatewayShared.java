package dev.runlog.gateway;

import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ConnectionLimits;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.console.ConsoleFiles;
import dev.runlog.gateway.graphql.GraphqlSchemas;
import dev.runlog.gateway.graphql.events.RenderedEvents;
import dev.runlog.gateway.live.ChangeHub;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.ByteBudget;
import dev.runlog.gateway.session.LoginCodes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/** What the gateways of all event loops share: keys, limits, schemas and the log of changes. All of it is thread-safe. */
public final class GatewayShared {
    private final GatewayConfig config;
    private final int loops;
    private final boolean servesGraphiql;
    private final Optional<ConsoleFiles> console;
    private final LoginCodes loginCodes;
    private final PrometheusMeterRegistry meters;
    private final Authenticator authenticator;
    private final GraphqlSchemas schemas;
    private final ChangeHub changes;
    private final RenderedEvents rendered;
    private final AnswerMemory answers;
    private final ByteBudget bodies;
    private final OpenStreams streams;
    private final ConnectionLimits connections;

    private GatewayShared(
            GatewayConfig config,
            int loops,
            boolean servesGraphiql,
            LoginCodes loginCodes,
            PrometheusMeterRegistry meters,
            Authenticator authenticator) {
        this.config = config;
        this.loops = loops;
        this.servesGraphiql = servesGraphiql;
        this.console =
                config.console().enabled() ? ConsoleFiles.read(GatewayShared.class.getClassLoader()) : Optional.empty();
        this.loginCodes = loginCodes;
        this.meters = meters;
        this.authenticator = authenticator;
        this.schemas = new GraphqlSchemas(config.graphql());
        this.changes = new ChangeHub(config.live(), meters);
        this.rendered = new RenderedEvents(config.live().renderedBytesMax(), meters);
        this.answers = new AnswerMemory(
                config.graphql().responseMaxBytes(), config.graphql().responsesMaxBytes());
        this.bodies = new ByteBudget(config.http());
        this.streams = new OpenStreams(config.http().streamsOwnerMax());
        this.connections = new ConnectionLimits(config.http(), meters);
        Gauge.builder("runlog.bodies.bytes", bodies, ByteBudget::bytes)
                .description("Bytes of request bodies and messages in progress.")
                .register(meters);
    }

    /**
     * Prepares it for this number of event loops. Fails if the keys of {@code auth} cannot be read.
     *
     * @param servesGraphiql whether {@code /graphiql} is served
     * @param loginCodes the codes of {@code /login}
     */
    public static Future<GatewayShared> create(
            Vertx vertx,
            GatewayConfig config,
            int loops,
            boolean servesGraphiql,
            LoginCodes loginCodes,
            PrometheusMeterRegistry meters) {
        return Authenticator.create(vertx, config.auth())
                .map(authenticator ->
                        new GatewayShared(config, loops, servesGraphiql, loginCodes, meters, authenticator));
    }

    GatewayConfig config() {
        return config;
    }

    /** Number of event loops. */
    int loops() {
        return loops;
    }

    boolean servesGraphiql() {
        return servesGraphiql;
    }

    /** Whether a browser that signed in finds a page: the console or GraphiQL. */
    public boolean servesPages() {
        return servesGraphiql || console.isPresent();
    }

    /** The files of the console; empty if it is switched off, or if this program was built without it. */
    Optional<ConsoleFiles> console() {
        return console;
    }

    LoginCodes loginCodes() {
        return loginCodes;
    }

    PrometheusMeterRegistry meters() {
        return meters;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    GraphqlSchemas schemas() {
        return schemas;
    }

    ChangeHub changes() {
        return changes;
    }

    RenderedEvents rendered() {
        return rendered;
    }

    AnswerMemory answers() {
        return answers;
    }

    ByteBudget bodies() {
        return bodies;
    }

    OpenStreams streams() {
        return streams;
    }

    ConnectionLimits connections() {
        return connections;
    }
}
