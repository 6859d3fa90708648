package dev.runlog.gateway.sse;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.graphql.Answer;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.ResponseWriter;
import dev.runlog.gateway.graphql.ResultSubscriber;
import dev.runlog.gateway.graphql.SendQueue;
import dev.runlog.gateway.live.Patience;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** One operation of one client, until it is complete, the token expires, or the client goes. */
final class EventStream extends ResultSubscriber {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** A line that begins with a colon is a comment: it keeps the connection, and proxies, awake. */
    private static final String KEEP_ALIVE = ":\n\n";

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final GatewayConfig.Live config;
    private final SendQueue queue;
    private final Consumer<EventStream> onEnd;
    private final Patience patience;
    private long expiryTimer;
    private long keepAliveTimer;

    EventStream(
            Vertx vertx,
            HttpServerResponse response,
            GatewayConfig.Live config,
            SendQueue queue,
            Consumer<EventStream> onEnd) {
        this.vertx = vertx;
        this.response = response;
        this.config = config;
        this.queue = queue;
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

    @Override
    protected void complete(Answer answer) {
        write(message(answer.write().toString())).onComplete(sent -> answer.close());
        onComplete();
    }

    /** Ends without the operation being complete. */
    void goAway() {
        if (!isCancelled()) {
            end();
            response.end();
        }
    }

    /** Tells what went wrong, and that nothing more comes. */
    @Override
    public void onError(Throwable failure) {
        write(message(
                ResponseWriter.write(GraphqlEngine.refusal(known(failure))).toString()));
        onComplete();
    }

    @Override
    public void onComplete() {
        if (!isCancelled()) {
            write("event: complete\ndata:\n\n");
            end();
            response.end();
        }
    }

    @Override
    protected boolean isWritable() {
        return !response.writeQueueFull();
    }

    /** Recorded JSON may hold line breaks between its tokens, which would end the field; within them it cannot. */
    @Override
    protected void next(String result) {
        String message = message(result);
        if (queue.add(message)) {
            write(message).onComplete(sent -> queue.remove(message));
        } else {
            giveUp(SendQueue.full());
        }
    }

    private static String message(String result) {
        return "event: next\ndata: " + result.replace('\n', ' ').replace('\r', ' ') + "\n\n";
    }

    private Future<Void> write(String text) {
        if (isCancelled() || response.closed()) {
            return Future.failedFuture("The client is gone.");
        }
        Future<Void> written = response.write(text);
        if (response.writeQueueFull()) {
            patience.begin();
        }
        return written;
    }

    private void tooSlow() {
        giveUp(RunlogException.overloaded(
                "The client took nothing for " + config.slowSubscriberTimeout() + ".", RETRY_AFTER));
    }

    /** Ends the stream of a client that may never read why. */
    private void giveUp(RunlogException why) {
        onError(why);
        vertx.setTimer(config.closeTimeout().toMillis(), timer -> response.reset());
    }

    private void end() {
        if (!isCancelled()) {
            cancel();
            patience.end();
            vertx.cancelTimer(expiryTimer);
            vertx.cancelTimer(keepAliveTimer);
            onEnd.accept(this);
        }
    }
}
