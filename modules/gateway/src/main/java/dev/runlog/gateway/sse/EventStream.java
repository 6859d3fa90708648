package dev.runlog.gateway.sse;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.ResponseWriter;
import dev.runlog.gateway.live.Patience;
import graphql.ExecutionResult;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One operation of one client. It asks for one result after the other, as fast as the client takes them, until the
 * operation is complete, the token expires, or the client goes.
 */
final class EventStream implements Subscriber<String> {
    private static final Logger log = LoggerFactory.getLogger(EventStream.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** A line that begins with a colon is a comment: it keeps the connection, and proxies, awake. */
    private static final String KEEP_ALIVE = ":\n\n";

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final GatewayConfig.Live config;
    private final Consumer<EventStream> onEnd;
    private final Patience patience;
    private @Nullable Subscription subscription;
    private long expiryTimer;
    private long keepAliveTimer;
    private boolean asked;
    private boolean ended;

    EventStream(Vertx vertx, HttpServerResponse response, GatewayConfig.Live config, Consumer<EventStream> onEnd) {
        this.vertx = vertx;
        this.response = response;
        this.config = config;
        this.onEnd = onEnd;
        this.patience = new Patience(vertx, config.slowSubscriberTimeout(), this::tooSlow);
    }

    void begin(Instant expiresAt) {
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                // Compression and buffering proxies would keep events back.
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader("X-Accel-Buffering", "no");
        response.exceptionHandler(failure -> end());
        response.closeHandler(closed -> end());
        response.drainHandler(drained -> {
            patience.end();
            pull();
        });
        long millisLeft = Math.max(1, Duration.between(Instant.now(), expiresAt).toMillis());
        expiryTimer =
                vertx.setTimer(millisLeft, timer -> onError(RunlogException.unauthenticated("The token is expired.")));
        keepAliveTimer = vertx.setPeriodic(config.pingInterval().toMillis(), timer -> {
            if (!response.writeQueueFull()) {
                write(KEEP_ALIVE);
            }
        });
        write(KEEP_ALIVE);
    }

    /** Gives the one result of an operation that is no subscription. */
    void complete(ExecutionResult result) {
        next(ResponseWriter.write(result).toString());
        onComplete();
    }

    /** Ends without the operation being complete. */
    void goAway() {
        if (!ended) {
            end();
            response.end();
        }
    }

    @Override
    public void onSubscribe(Subscription upstream) {
        if (ended) {
            upstream.cancel();
            return;
        }
        subscription = upstream;
        pull();
    }

    @Override
    public void onNext(String result) {
        asked = false;
        next(result);
        pull();
    }

    /** Tells what went wrong, and that nothing more comes. */
    @Override
    public void onError(Throwable failure) {
        next(ResponseWriter.write(GraphqlEngine.refusal(known(failure))).toString());
        onComplete();
    }

    @Override
    public void onComplete() {
        if (!ended) {
            write("event: complete\ndata:\n\n");
            end();
            response.end();
        }
    }

    private void pull() {
        if (!ended && !asked && subscription != null && !response.writeQueueFull()) {
            asked = true;
            subscription.request(1);
        }
    }

    /** Recorded JSON may hold line breaks between its tokens, which would end the field; within them it cannot. */
    private void next(String result) {
        write("event: next\ndata: " + result.replace('\n', ' ').replace('\r', ' ') + "\n\n");
    }

    private void write(String text) {
        if (ended || response.closed()) {
            return;
        }
        response.write(text);
        if (response.writeQueueFull()) {
            patience.begin();
        }
    }

    private void tooSlow() {
        onError(RunlogException.overloaded(
                "The client took nothing for " + config.slowSubscriberTimeout() + ".", RETRY_AFTER));
        vertx.setTimer(config.closeTimeout().toMillis(), timer -> response.reset());
    }

    private void end() {
        if (!ended) {
            ended = true;
            patience.end();
            vertx.cancelTimer(expiryTimer);
            vertx.cancelTimer(keepAliveTimer);
            if (subscription != null) {
                subscription.cancel();
            }
            onEnd.accept(this);
        }
    }

    private static RunlogException known(Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        UUID incident = Ids.next();
        log.error("A subscription failed, incident {}", incident, failure);
        return RunlogException.internal(incident);
    }
}
