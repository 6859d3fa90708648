package dev.runlog.gateway.http;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.gateway.graphql.ResponseWriter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How answers and failures look outside of GraphQL: always JSON, an error with its code and message. */
public final class Replies {
    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    private Replies() {}

    public static void json(RoutingContext ctx, int status, Object value) {
        HttpServerResponse response = ctx.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .end(ResponseWriter.write(value));
    }

    /** Answers with a failure, unknown ones logged under an id that is all the client sees. */
    public static void failure(RoutingContext ctx, @Nullable Throwable failure) {
        RunlogException known = known(ctx, failure);
        prepare(ctx, known);
        json(ctx, status(ctx, failure, known), Map.of("error", error(known)));
    }

    /** The members of an error. */
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

    /** The headers that go with a failure. */
    public static void prepare(RoutingContext ctx, RunlogException failure) {
        retryAfter(ctx, failure.retryAfter());
        if (failure.code() == ErrorCode.UNAUTHENTICATED) {
            ctx.response().putHeader("WWW-Authenticate", "Bearer");
        }
    }

    /** Tells when to come back, in whole seconds; null for nothing to tell. */
    static void retryAfter(RoutingContext ctx, @Nullable Duration retryAfter) {
        if (retryAfter != null) {
            long seconds = Math.max(1, (retryAfter.toMillis() + 999) / 1000);
            ctx.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
    }

    static RunlogException known(RoutingContext ctx, @Nullable Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        int status = failure instanceof HttpException http ? http.getStatusCode() : ctx.statusCode();
        if (status == 404) {
            return RunlogException.notFound(words(ctx, status));
        }
        if (status >= 400 && status < 500) {
            return RunlogException.badInput(words(ctx, status));
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

    static int status(RoutingContext ctx, @Nullable Throwable failure, RunlogException known) {
        if (failure == null && ctx.statusCode() >= 400) {
            return ctx.statusCode();
        }
        return failure instanceof HttpException http && http.getStatusCode() < 500
                ? http.getStatusCode()
                : known.code().httpStatus();
    }

    private static String words(RoutingContext ctx, int status) {
        return switch (status) {
            case 404 -> "There is nothing at " + ctx.request().path() + ".";
            case 405 -> ctx.request().path() + " takes no " + ctx.request().method() + ".";
            case 413 -> "The body is larger than it may be.";
            default -> "The request was refused with status " + status + ".";
        };
    }
}
