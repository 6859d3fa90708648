package dev.runlog.gateway.sse;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.DurationText;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.protocol.ResultSubscriber;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.live.SlowClientTimer;
import dev.runlog.gateway.memory.SendBudget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** One operation of one client, until it is complete, the token expires, or the client disconnects. */
final class EventStream extends ResultSubscriber {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** A comment line, which keeps proxies from closing the connection. */
    private static final String KEEP_ALIVE = ":\n\n";

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final GatewayConfig.Live config;
    private final SendBudget sendBudget;
    private final Consumer<EventStream> onEnd;
    private final SlowClientTimer slowClientTimer;
    private long expiryTimer;
    private long keepAliveTimer;

    EventStream(
            Vertx vertx,
            HttpServerResponse response,
            GatewayConfig.Live config,
            SendBudget sendBudget,
            Consumer<EventStream> onEnd) {
        this.vertx = vertx;
        this.response = response;
        this.config = config;
        this.sendBudget = sendBudget;
        this.onEnd = onEnd;
        this.slowClientTimer = new SlowClientTimer(vertx, config.slowSubscriberTimeout(), this::tooSlow);
    }

    void begin(Instant expiresAt) {
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                // Compression and buffering proxies would delay events.
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader("X-Accel-Buffering", "no");
        response.exceptionHandler(failure -> end());
        response.closeHandler(closed -> end());
        response.drainHandler(drained -> {
            slowClientTimer.stop();
            pull();
        });
        long millisLeft = Math.max(1, Duration.between(Instant.now(), expiresAt).toMillis());
        expiryTimer =
                vertx.setTimer(millisLeft, timer -> onError(RunlogException.unauthenticated("The token has expired.")));
        keepAliveTimer = vertx.setPeriodic(config.pingInterval().toMillis(), timer -> {
            if (!response.writeQueueFull()) {
                write(KEEP_ALIVE);
            }
        });
        write(KEEP_ALIVE);
    }

    @Override
    public void complete(Answer answer) {
        write(message(answer.write().toString())).onComplete(sent -> answer.close());
        onComplete();
    }

    /** Ends the stream before the operation is complete. */
    void goAway() {
        if (!isCancelled()) {
            end();
            response.end();
        }
    }

    /** Sends the error and completes the stream. */
    @Override
    public void onError(Throwable failure) {
        write(message(JsonWriter.write(
                        GraphqlErrors.refusal(toRunlogException(failure)).toSpecification())
                .toString()));
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

    /** Recorded JSON may contain line breaks between tokens, which would end the field; within tokens it cannot. */
    @Override
    protected void next(String result) {
        String message = message(result);
        if (sendBudget.reserve(message)) {
            write(message).onComplete(sent -> sendBudget.release(message));
        } else {
            giveUp(SendBudget.full());
        }
    }

    private static String message(String result) {
        return "event: next\ndata: " + result.replace('\n', ' ').replace('\r', ' ') + "\n\n";
    }

    private Future<Void> write(String text) {
        if (isCancelled() || response.closed()) {
            return Future.failedFuture("The client has disconnected.");
        }
        Future<Void> written = response.write(text);
        if (response.writeQueueFull()) {
            slowClientTimer.start();
        }
        return written;
    }

    private void tooSlow() {
        giveUp(RunlogException.overloaded(
                "The client did not read for " + DurationText.of(config.slowSubscriberTimeout()) + ".", RETRY_AFTER));
    }

    /** Ends the stream. The client may never read the reason. */
    private void giveUp(RunlogException why) {
        onError(why);
        vertx.setTimer(config.closeTimeout().toMillis(), timer -> response.reset());
    }

    private void end() {
        if (!isCancelled()) {
            cancel();
            slowClientTimer.stop();
            vertx.cancelTimer(expiryTimer);
            vertx.cancelTimer(keepAliveTimer);
            onEnd.accept(this);
        }
    }
}
