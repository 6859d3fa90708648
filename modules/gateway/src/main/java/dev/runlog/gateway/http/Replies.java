package dev.runlog.gateway.http;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.gateway.connection.RequestDecoder;
import dev.runlog.gateway.json.JsonWriter;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replies of endpoints other than GraphQL: always JSON, with code and message for errors. */
public final class Replies {
    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    /** Compressing this much takes about ten milliseconds. */
    private static final int COMPRESSED_BYTES_MAX = 512 << 10;

    private static final String JSON = "application/json; charset=utf-8";

    private Replies() {}

    public static void json(RoutingContext ctx, int status, Object value) {
        HttpServerResponse response = ctx.response();
        if (response.ended() || response.closed()) {
            return;
        }
        Buffer body = JsonWriter.write(value);
        compressIfSmall(response, body);
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(body);
    }

    /** Prevents the compression of a large response, which would occupy the event loop for too long. */
    public static void compressIfSmall(HttpServerResponse response, Buffer body) {
        if (body.length() > COMPRESSED_BYTES_MAX) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        }
    }

    /** Replies with a failure. An unexpected one is logged, and the client sees only its incident ID. */
    public static void failure(RoutingContext ctx, @Nullable Throwable failure) {
        RunlogException known = toRunlogException(ctx, failure);
        setHeaders(ctx, known);
        json(ctx, status(ctx, failure, known), body(known));
    }

    /** The error. The message is repeated where frontends of the first version expect it. */
    private static Map<String, Object> body(RunlogException failure) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error(failure));
        body.put("detail", failure.getMessage());
        return body;
    }

    /** An error as JSON. */
    public static Map<String, Object> error(RunlogException failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", failure.code().name());
        error.put("message", failure.getMessage());
        UUID incident = failure.incident();
        if (incident != null) {
            error.put("incident", incident.toString());
        }
        return error;
    }

    /** Sets the headers of a failure. */
    public static void setHeaders(RoutingContext ctx, RunlogException failure) {
        retryAfter(ctx, failure.retryAfter());
        if (failure.code() == ErrorCode.UNAUTHENTICATED) {
            ctx.response().putHeader("WWW-Authenticate", "Bearer");
        }
    }

    /** Sets {@code Retry-After}, in seconds rounded up, unless the delay is null. */
    public static void retryAfter(RoutingContext ctx, @Nullable Duration retryAfter) {
        if (retryAfter != null) {
            long seconds = Math.max(1, (retryAfter.toMillis() + 999) / 1000);
            ctx.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
    }

    /** Replies to a request with malformed headers, and closes its connection. */
    public static void rejectMalformed(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        String message =
                switch (status) {
                    case 414 -> "The URL is too long.";
                    case 431 -> "The headers are too large.";
                    default ->
                        cause instanceof RequestDecoder.AmbiguousFraming
                                ? String.valueOf(cause.getMessage())
                                : "The request is not valid HTTP.";
                };
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(JsonWriter.write(body(RunlogException.badInput(message))));
        request.connection().close();
    }

    /** Returns the failure to show to the caller; an unexpected one is logged. */
    public static RunlogException toRunlogException(RoutingContext ctx, @Nullable Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        if (failure instanceof HttpException http && http.getStatusCode() < 500 && http.getPayload() != null) {
            return RunlogException.badInput(http.getPayload());
        }
        int status = failure instanceof HttpException http ? http.getStatusCode() : ctx.statusCode();
        if (status == 404) {
            return RunlogException.notFound(message(ctx, status));
        }
        if (status >= 400 && status < 500) {
            return RunlogException.badInput(message(ctx, status));
        }
        if (failure instanceof HttpClosedException
                || failure instanceof IOException && ctx.response().closed()) {
            // The client closed the connection: not a failure of the server, and the reply will not be read.
            log.debug("{} {}: {}", ctx.request().method(), ctx.request().path(), failure.toString());
            return RunlogException.badInput("The connection was closed before the request was complete.");
        }
        UUID incident = Ids.next();
        log.error(
                "{} {} failed, incident {}",
                ctx.request().method(),
                ctx.request().path(),
                incident,
                failure);
        return RunlogException.internal(incident);
    }

    /** The HTTP status of a failure. */
    public static int status(RoutingContext ctx, @Nullable Throwable failure, RunlogException known) {
        if (failure == null && ctx.statusCode() >= 400) {
            return ctx.statusCode();
        }
        return failure instanceof HttpException http && http.getStatusCode() < 500
                ? http.getStatusCode()
                : known.code().httpStatus();
    }

    private static String message(RoutingContext ctx, int status) {
        return switch (status) {
            case 404 -> "Path not found: " + ctx.request().path() + ".";
            case 405 ->
                "Method " + ctx.request().method() + " is not allowed for "
                        + ctx.request().path() + ".";
            default -> "The request was refused with status " + status + ".";
        };
    }
}
