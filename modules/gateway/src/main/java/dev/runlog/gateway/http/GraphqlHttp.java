package dev.runlog.gateway.http;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.auth.Authenticated;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.GraphqlRequest;
import dev.runlog.gateway.graphql.RequestReader;
import dev.runlog.gateway.graphql.ResponseWriter;
import dev.runlog.gateway.sse.EventStreams;
import graphql.ExecutionResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** {@code /graphql} after the GraphQL-over-HTTP specification (graphql.github.io/graphql-over-http). */
public final class GraphqlHttp {
    private final GraphqlEngine engine;
    private final Authenticator authenticator;
    private final EventStreams streams;
    private final int bodyMaxBytes;

    public GraphqlHttp(GraphqlEngine engine, Authenticator authenticator, EventStreams streams, int bodyMaxBytes) {
        this.engine = engine;
        this.authenticator = authenticator;
        this.streams = streams;
        this.bodyMaxBytes = bodyMaxBytes;
    }

    public void mount(Router router) {
        router.get("/graphql").handler(this::get).failureHandler(GraphqlHttp::fail);
        router.post("/graphql")
                .handler(BodyHandler.create(false).setBodyLimit(bodyMaxBytes))
                .handler(this::post)
                .failureHandler(GraphqlHttp::fail);
        router.route("/graphql")
                .handler(ctx -> {
                    ctx.response().putHeader(HttpHeaders.ALLOW, "GET, POST");
                    ctx.fail(new HttpException(405));
                })
                .failureHandler(GraphqlHttp::fail);
    }

    private void get(RoutingContext ctx) {
        MultiMap parameters = ctx.queryParams();
        Map<String, Object> members = new HashMap<>();
        for (String name : new String[] {"query", "operationName"}) {
            if (parameters.contains(name)) {
                members.put(name, parameters.get(name));
            }
        }
        for (String name : new String[] {"variables", "extensions"}) {
            String json = parameters.get(name);
            if (json != null && !json.isEmpty() && !json.equals("null")) {
                members.put(name, RequestReader.readObject(json, "'" + name + "'"));
            }
        }
        answer(ctx, members);
    }

    private void post(RoutingContext ctx) {
        String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !MediaType.essence(type).equals("application/json")) {
            throw new HttpException(415, type == null ? "The Content-Type is missing." : "Content-Type " + type);
        }
        String body = ctx.body().asString("UTF-8");
        answer(ctx, RequestReader.readObject(body == null ? "" : body, "The body"));
    }

    private void answer(RoutingContext ctx, Map<String, Object> members) {
        if (EventStreams.areAskedFor(ctx.request())) {
            streams.answer(ctx, RequestReader.toRequest(members));
            return;
        }
        MediaType mediaType = mediaType(ctx).orElseThrow(() -> new HttpException(406));
        GraphqlRequest request = RequestReader.toRequest(members);
        Credentials.of(ctx.request())
                .authenticate(authenticator)
                .map(Authenticated::viewer)
                .compose(viewer -> execute(ctx, request, viewer))
                .onSuccess(result -> send(ctx, mediaType, result))
                .onFailure(ctx::fail);
    }

    private Future<ExecutionResult> execute(RoutingContext ctx, GraphqlRequest request, Viewer viewer) {
        return engine.execute(
                request, viewer, HttpMethod.GET.equals(ctx.request().method()));
    }

    private static void send(RoutingContext ctx, MediaType mediaType, ExecutionResult result) {
        HttpServerResponse response = ctx.response();
        if (response.closed()) {
            return;
        }
        if (result.getData() instanceof Publisher) {
            throw RunlogException.badInput(
                    "Subscriptions come by WebSocket, with the graphql-transport-ws protocol, or as text/event-stream.");
        }
        if (GraphqlEngine.isOperationNotAllowed(result)) {
            response.setStatusCode(405).putHeader(HttpHeaders.ALLOW, "POST");
        } else if (!result.isDataPresent() && mediaType == MediaType.GRAPHQL_RESPONSE) {
            response.setStatusCode(400);
        }
        // The status stays 200 where an operation ran, in either media type: decision 12.
        Replies.retryAfter(ctx, GraphqlEngine.retryAfter(result));
        response.putHeader(HttpHeaders.CONTENT_TYPE, mediaType.header())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(ResponseWriter.write(result));
    }

    /** What never became an operation: still a GraphQL response, in the type that the client takes. */
    private static void fail(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        HttpServerResponse response = ctx.response();
        if (response.ended() || response.closed()) {
            return;
        }
        RunlogException known = known(ctx, failure);
        Replies.prepare(ctx, known);
        response.setStatusCode(Replies.status(ctx, failure, known))
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        mediaType(ctx).orElse(MediaType.JSON).header())
                .end(ResponseWriter.write(GraphqlEngine.refusal(known)));
    }

    private static RunlogException known(RoutingContext ctx, @Nullable Throwable failure) {
        if (failure instanceof HttpException http && http.getStatusCode() == 406) {
            return RunlogException.badInput(
                    "Responses are application/graphql-response+json or application/json; Accept takes neither.");
        }
        if (failure instanceof HttpException http && http.getStatusCode() == 415) {
            return RunlogException.badInput("The Content-Type must be application/json.");
        }
        return Replies.known(ctx, failure);
    }

    private static Optional<MediaType> mediaType(RoutingContext ctx) {
        return MediaType.accepted(ctx.request().getHeader(HttpHeaders.ACCEPT));
    }
}
