package dev.runlog.gateway.body;

import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ClientConnection;
import dev.runlog.gateway.memory.ByteBudget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

/**
 * Opens the bodies of requests. An endpoint opens a body once it has authenticated the caller. If a request is answered
 * before the end of its body was read, the connection is closed.
 */
public final class RequestBodies {
    private static final int DRAIN_BYTES_MAX = 64 << 10;
    private static final long DRAIN_MILLIS_MAX = 1000;

    private final Vertx vertx;
    private final GatewayConfig.Http config;
    private final ByteBudget budget;

    public RequestBodies(Vertx vertx, GatewayConfig.Http config, ByteBudget budget) {
        this.vertx = vertx;
        this.config = config;
        this.budget = budget;
    }

    /** The first handler of every request. */
    public void admit(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        if (request.response().writeQueueFull()) {
            // A client that sends requests must read the replies first.
            request.pause();
            request.response().drainHandler(drained -> {
                request.response().drainHandler(null);
                if (!hasBody(request)) {
                    request.resume();
                }
                admit(ctx);
            });
            return;
        }
        if (hasBody(request)) {
            request.pause();
            ctx.addHeadersEndHandler(headers -> {
                if (!request.isEnded()) {
                    ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                }
            });
            ctx.addEndHandler(answered -> {
                if (answered.succeeded()) {
                    drain(request);
                }
            });
        }
        String expected = request.getHeader(HttpHeaders.EXPECT);
        if (expected != null && !expected.trim().equalsIgnoreCase("100-continue")) {
            ctx.fail(new HttpException(417, "Unsupported Expect (expected 100-continue)."));
            return;
        }
        ctx.next();
    }

    /** A body to read as it arrives. Fails with 415 for an unsupported {@code Content-Encoding}. */
    public RequestBody open(RoutingContext ctx) {
        try {
            return new RequestBody(ctx.request(), config, BodyInflater.of(ctx.request(), config.inflateRatioMax()));
        } catch (BodyInflater.UnsupportedEncoding unsupported) {
            ctx.response().putHeader(HttpHeaders.ACCEPT_ENCODING, BodyInflater.ACCEPTED);
            throw new HttpException(
                    415,
                    "Unsupported Content-Encoding '" + unsupported.getMessage() + "' (expected one of "
                            + BodyInflater.ACCEPTED + ").");
        }
    }

    /** A share of the byte budget for the client of this request. */
    public ByteBudget.Share share(RoutingContext ctx, String owner) {
        return budget.open(owner, ClientConnection.of(ctx.request()).address());
    }

    /**
     * Reads the body of an authenticated request. Its bytes count until the request is answered. Fails with 413 if it
     * is larger than {@code http.body-max-bytes}, and with {@code OVERLOADED} if the byte budget is used up.
     */
    public Future<Buffer> readWhole(RoutingContext ctx, String owner) {
        if (!hasBody(ctx.request())) {
            return Future.succeededFuture(Buffer.buffer());
        }
        RequestBody body = open(ctx);
        long declared = declaredLength(ctx.request());
        if (declared > config.bodyMaxBytes()) {
            throw tooLarge();
        }
        ByteBudget.Share share = share(ctx, owner);
        ctx.addEndHandler(answered -> share.release());
        if (!share.resize(declared + body.overheadBytes())) {
            throw ByteBudget.exhausted();
        }
        Promise<Buffer> whole = Promise.promise();
        body.read(new WholeBody(body, declared, share, whole));
        return whole.future();
    }

    private final class WholeBody implements RequestBody.Receiver {
        private final RequestBody body;
        private final ByteBudget.Share share;
        private final Promise<Buffer> whole;
        private final Buffer bytes;

        WholeBody(RequestBody body, long declared, ByteBudget.Share share, Promise<Buffer> whole) {
            this.body = body;
            this.share = share;
            this.whole = whole;
            this.bytes = Buffer.buffer((int) declared);
        }

        @Override
        public void onChunk(Buffer chunk) {
            long length = bytes.length() + (long) chunk.length();
            if (length > config.bodyMaxBytes()) {
                refuse(tooLarge());
            } else if (!share.resize(Math.max(share.held(), length + body.overheadBytes()))) {
                refuse(ByteBudget.exhausted());
            } else {
                bytes.appendBuffer(chunk);
            }
        }

        @Override
        public void onEnd() {
            whole.complete(bytes);
        }

        @Override
        public void onFailure(Throwable failure) {
            whole.fail(failure);
        }

        private void refuse(RuntimeException why) {
            body.stop();
            whole.tryFail(why);
        }
    }

    private HttpException tooLarge() {
        return new HttpException(
                413, "The body is larger than http.body-max-bytes, " + config.bodyMaxBytes() + " bytes.");
    }

    /** Whether a request has a body. */
    public static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING) : !length.equals("0");
    }

    /** The declared length of a body; 0 if there is none. */
    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    /** Discards some of the body, so the client can read the reply before the connection is closed. */
    private void drain(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        boolean stranger = !ClientConnection.of(request).isAuthenticated();
        long[] drained = {0};
        long timer =
                vertx.setTimer(DRAIN_MILLIS_MAX, late -> request.connection().close());
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.endHandler(end -> request.connection().close());
        request.handler(chunk -> {
            drained[0] += chunk.length();
            if (stranger && drained[0] > DRAIN_BYTES_MAX) {
                vertx.cancelTimer(timer);
                request.connection().close();
            }
        });
        request.resume();
    }
}
