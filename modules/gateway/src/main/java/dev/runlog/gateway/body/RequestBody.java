package dev.runlog.gateway.body;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ClientConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.handler.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * One request's body as it comes in: inflated, and ended when its client is too slow. Time counts only while something
 * is asked of the client, not while it is paused.
 */
public final class RequestBody implements ClientConnection.Transfer {
    /** Takes a body. Exactly one of {@code onEnd} and {@code onFailure} is called, last. */
    public interface Receiver {
        void onChunk(Buffer chunk);

        void onEnd();

        /** The client hung up, was too slow, or sent damaged data; nothing more comes. */
        void onFailure(Throwable failure);
    }

    private final HttpServerRequest request;
    private final GatewayConfig.Http config;
    private final ClientConnection connection;
    private final @Nullable BodyInflater inflater;
    private @Nullable Receiver receiver;
    private boolean paused;
    private boolean inflating;
    /** Everything arrived, though perhaps not everything was handed on. */
    private boolean arrived;

    private boolean done;
    private long bytesReceived;
    private long millisWaited;

    RequestBody(HttpServerRequest request, GatewayConfig.Http config, @Nullable BodyInflater inflater) {
        this.request = request;
        this.config = config;
        this.connection = ClientConnection.of(request);
        this.inflater = inflater;
    }

    /** Memory that reading it takes besides its bytes. */
    public int overheadBytes() {
        return inflater == null ? 0 : BodyInflater.MEMORY_BYTES;
    }

    /** Asks for the body, with {@code 100 Continue} if the client waits for that. */
    public void read(Receiver given) {
        receiver = given;
        if (request.isEnded()) {
            arrived = true;
            finish();
            return;
        }
        connection.track(this);
        request.exceptionHandler(gone -> fail(new HttpClosedException(String.valueOf(gone.getMessage()))));
        request.handler(this::onChunk);
        request.endHandler(end -> {
            arrived = true;
            connection.untrack(this);
            inflateAndFinish();
        });
        if (request.headers().contains(HttpHeaders.EXPECT)) {
            request.response().writeContinue();
        }
        request.resume();
    }

    /** Takes nothing more for now. */
    public void pause() {
        paused = true;
        if (!arrived && !done) {
            request.pause();
        }
    }

    public void resume() {
        if (done) {
            return;
        }
        paused = false;
        inflateAndFinish();
        if (!paused && !arrived && !done) {
            request.resume();
        }
    }

    /** Takes nothing more at all; what still comes is not looked at. */
    public void stop() {
        if (!done) {
            done = true;
            close();
        }
    }

    @Override
    public void onTick(long millis) {
        if (paused) {
            return;
        }
        millisWaited += millis;
        long millisAllowed = config.bodyTimeout().toMillis() + bytesReceived * 1000 / config.bodyRateMin();
        if (millisWaited > millisAllowed) {
            fail(new HttpException(
                    408,
                    "The body arrived too slowly: " + bytesReceived + " bytes in " + millisWaited / 1000
                            + " s; see http.body-timeout and http.body-rate-min."));
        }
    }

    @Override
    public void onInvalid() {
        fail(RunlogException.badInput("The body is not valid in the chunked transfer coding."));
    }

    private void onChunk(Buffer chunk) {
        bytesReceived += chunk.length();
        if (done) {
            return;
        }
        if (inflater == null) {
            receiver().onChunk(chunk);
        } else {
            inflater.add(chunk);
            inflateAndFinish();
        }
    }

    private void inflateAndFinish() {
        if (inflating) {
            return;
        }
        inflating = true;
        try {
            while (!done && !paused && inflater != null && inflater.hasMore()) {
                inflater.inflate(receiver()::onChunk);
            }
        } catch (RunlogException damaged) {
            fail(damaged);
        } finally {
            inflating = false;
        }
        finish();
    }

    private void finish() {
        if (done || paused && inflater != null && inflater.hasMore() || !arrived) {
            return;
        }
        if (inflater != null && !inflater.isComplete()) {
            fail(RunlogException.badInput("The compressed body ended early."));
            return;
        }
        done = true;
        close();
        receiver().onEnd();
    }

    private void fail(Throwable failure) {
        if (!done) {
            done = true;
            close();
            receiver().onFailure(failure);
        }
    }

    private Receiver receiver() {
        if (receiver == null) {
            throw new IllegalStateException("Nobody reads this body.");
        }
        return receiver;
    }

    private void close() {
        connection.untrack(this);
        if (inflater != null) {
            inflater.close();
        }
    }
}
