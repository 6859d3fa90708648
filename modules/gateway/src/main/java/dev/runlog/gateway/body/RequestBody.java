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
 * The body of a request while it arrives, inflated. It fails if the client is too slow. Time counts only while the body
 * is being read, not while it is paused.
 */
public final class RequestBody implements ClientConnection.Transfer {
    /** Receives a body. Exactly one of {@code onEnd} and {@code onFailure} is called, last. */
    public interface Receiver {
        void onChunk(Buffer chunk);

        void onEnd();

        /** Called if the client disconnected, was too slow, or sent damaged data. */
        void onFailure(Throwable failure);
    }

    private final HttpServerRequest request;
    private final GatewayConfig.Http config;
    private final ClientConnection connection;
    private final @Nullable BodyInflater inflater;
    private @Nullable Receiver receiver;
    private boolean paused;
    private boolean inflating;
    /** The whole body arrived, though it may not all have been passed on. */
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

    /** Memory for reading the body besides its bytes. */
    public int overheadBytes() {
        return inflater == null ? 0 : BodyInflater.MEMORY_BYTES;
    }

    /** Starts reading, with {@code 100 Continue} if the client waits for it. */
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

    /** Pauses reading. */
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

    /** Stops reading; everything else is discarded. */
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
            throw new IllegalStateException("No receiver reads this body.");
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
