package dev.runlog.connectors.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to Redis. It is opened when it is needed, and again after a failure. Logs once when Redis stops
 * answering, and once when it answers again. Used from one event loop.
 */
final class RedisLink {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    private final Vertx vertx;
    private final RedisAddress address;
    private final RedisOptions options;
    private final Duration answerTimeout;
    private final String purpose;
    private @Nullable Opened current;
    private State state = State.NEW;

    private enum State {
        NEW,
        UP,
        NEVER_UP,
        DOWN
    }

    private record Opened(Redis client, Future<RedisConnection> connection) {}

    /** @param purpose what the connection is for, as the log shows it */
    RedisLink(Vertx vertx, RedisAddress address, RedisConfig config, String purpose) {
        this.vertx = vertx;
        this.address = address;
        this.answerTimeout = config.answerTimeout();
        this.purpose = purpose;
        this.options = new RedisOptions()
                .setConnectionString(address.url())
                .setUser(address.user())
                .setPassword(address.password())
                .setMaxPoolSize(1)
                .setNetClientOptions(network(address, config));
    }

    private static NetClientOptions network(RedisAddress address, RedisConfig config) {
        NetClientOptions network = new NetClientOptions()
                .setTcpKeepAlive(true)
                .setTcpNoDelay(true)
                .setConnectTimeout(Math.toIntExact(config.answerTimeout().toMillis()));
        if (address.tls()) {
            network.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            if (!config.tlsCa().isEmpty()) {
                network.setTrustOptions(new PemTrustOptions().addCertPath(config.tlsCa()));
            }
        }
        return network;
    }

    /** Sends a command. Fails if there is no reply in time; the connection is then closed. */
    Future<@Nullable Response> send(Request command) {
        Opened opened = open();
        return opened.connection()
                .compose(connection -> connection.send(command))
                .timeout(answerTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(reply -> succeeded())
                .onFailure(failure -> {
                    if (!isMissing(failure) && !isExisting(failure)) {
                        failed(opened, failure);
                    }
                });
    }

    /** Whether the reply is that the stream or the group does not exist. */
    static boolean isMissing(Throwable failure) {
        return contains(failure, "NOGROUP") || contains(failure, "ERR no such key");
    }

    /** Whether the reply is that the group exists. */
    static boolean isExisting(Throwable failure) {
        return contains(failure, "BUSYGROUP");
    }

    private static boolean contains(Throwable failure, String error) {
        // Redis 6 puts the error of a command behind the name of the script.
        return String.valueOf(failure.getMessage()).contains(error);
    }

    /** Whether the last command succeeded. */
    boolean isUp() {
        return state == State.UP;
    }

    void close() {
        Opened opened = current;
        current = null;
        if (opened != null) {
            opened.client().close();
        }
    }

    private Opened open() {
        Opened opened = current;
        if (opened == null) {
            Redis client = Redis.createClient(vertx, options);
            // Failures of the connection are failures of its commands; the client would log them once more.
            opened = new Opened(
                    client, client.connect().onSuccess(connection -> connection.exceptionHandler(failure -> {})));
            current = opened;
        }
        return opened;
    }

    private void succeeded() {
        if (state != State.UP) {
            log.info("Connected {}to Redis at {}, {}.", state == State.DOWN ? "again " : "", address, purpose);
        }
        state = State.UP;
    }

    private void failed(Opened opened, Throwable failure) {
        if (!opened.equals(current)) {
            // The first command that fails closes the connection, so the others fail too.
            return;
        }
        close();
        if (state == State.NEW || state == State.UP) {
            log.warn("Redis at {} does not answer: {} Trying again until it does.", address, reason(failure));
        }
        state = state == State.NEW || state == State.NEVER_UP ? State.NEVER_UP : State.DOWN;
    }

    /** The message of the failure and of its first cause, which says what is wrong with a certificate. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = failure.getMessage() + (cause.equals(failure) ? "" : " (" + cause.getMessage() + ")");
        return message.endsWith(".") ? message : message + ".";
    }
}
