package dev.runlog.gateway.graphqlhttp;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.json.JsonReader;
import dev.runlog.gateway.auth.AuthenticatedViewer;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.body.RequestBodies;
import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.http.MediaType;
import dev.runlog.gateway.http.PublicDocuments;
import dev.runlog.gateway.http.Replies;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.sse.EventStreams;
import graphql.ExecutionResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@code /graphql}, according to the GraphQL-over-HTTP specification (graphql.github.io/graphql-over-http). */
public final class GraphqlHttp {
    private final GraphqlEngine engine;
    private final Authenticator authenticator;
    private final EventStreams streams;
    private final RequestBodies bodies;

    public GraphqlHttp(GraphqlEngine engine, Authenticator authenticator, EventStreams streams, RequestBodies bodies) {
        this.engine = engine;
        this.authenticator = authenticator;
        this.streams = streams;
        this.bodies = bodies;
    }

    public void mount(Router router) {
        // Both names: some tools accept a schema only in a file that ends in .graphql.
        PublicDocuments.mount(router, "/schema.graphql", "/schema.graphqls", "application/graphql");
        PublicDocuments.mount(router, "/schema.graphqls", "/schema.graphqls", "application/graphql");
        router.get("/graphql").handler(this::get).failureHandler(GraphqlHttp::fail);
        router.post("/graphql").handler(this::post).failureHandler(GraphqlHttp::fail);
        router.route("/graphql")
                .handler(ctx -> {
                    ctx.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD, POST");
                    ctx.fail(new HttpException(405));
                })
                .failureHandler(GraphqlHttp::fail);
    }

    private void get(RoutingContext ctx) {
        authenticate(ctx)
                .compose(authenticated -> engine.inTurn(
                        authenticated.viewer().subject(), () -> answer(ctx, members(ctx.queryParams()), authenticated)))
                .onFailure(ctx::fail);
    }

    private static Map<String, Object> members(MultiMap parameters) {
        for (String name : new String[] {"query", "operationName", "variables", "extensions"}) {
            if (parameters.getAll(name).size() > 1) {
                throw RunlogException.badInput("Duplicate parameter `" + name + "`.");
            }
        }
        Map<String, Object> members = new HashMap<>();
        for (String name : new String[] {"query", "operationName"}) {
            if (parameters.contains(name)) {
                members.put(name, parameters.get(name));
            }
        }
        for (String name : new String[] {"variables", "extensions"}) {
            String json = parameters.get(name);
            if (json != null && !json.isEmpty() && !json.equals("null")) {
                members.put(name, JsonReader.readObject(json, "`" + name + "`"));
            }
        }
        return members;
    }

    /** Unauthenticated callers are refused before the body is read. */
    private void post(RoutingContext ctx) {
        authenticate(ctx)
                .compose(authenticated -> {
                    requireJson(ctx);
                    String owner = authenticated.viewer().subject();
                    return bodies.readWhole(ctx, owner)
                            .compose(body -> engine.inTurn(
                                    owner,
                                    () -> answer(
                                            ctx, JsonReader.readObject(body.toString(), "The body"), authenticated)));
                })
                .onFailure(ctx::fail);
    }

    private Future<AuthenticatedViewer> authenticate(RoutingContext ctx) {
        return Credentials.of(ctx.request()).authenticate(authenticator);
    }

    private static void requireJson(RoutingContext ctx) {
        String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !MediaType.essence(type).equals("application/json")) {
            throw new HttpException(415, "Unsupported Content-Type (expected application/json).");
        }
    }

    private Future<Void> answer(RoutingContext ctx, Map<String, Object> members, AuthenticatedViewer authenticated) {
        boolean head = HttpMethod.HEAD.equals(ctx.request().method());
        if (!head && EventStreams.arePreferred(ctx.request())) {
            streams.answer(ctx, GraphqlRequest.of(members), authenticated);
            return Future.succeededFuture();
        }
        MediaType mediaType = mediaType(ctx)
                .orElseThrow(() -> new HttpException(
                        406,
                        "Unsupported Accept header (expected application/graphql-response+json or application/json)."));
        GraphqlRequest request = GraphqlRequest.of(members);
        boolean queriesOnly = !HttpMethod.POST.equals(ctx.request().method());
        return engine.execute(request, authenticated.viewer(), queriesOnly, ctx.response()::closed)
                .compose(answer -> {
                    send(ctx, mediaType, answer);
                    return Future.succeededFuture();
                });
    }

    private static void send(RoutingContext ctx, MediaType mediaType, Answer answer) {
        HttpServerResponse response = ctx.response();
        if (response.closed()) {
            answer.close();
            return;
        }
        if (answer.isStream()) {
            answer.close();
            throw RunlogException.badInput(
                    "Subscriptions require a WebSocket with the graphql-transport-ws protocol, or text/event-stream.");
        }
        Buffer body = answer.write();
        ExecutionResult result = answer.result();
        if (GraphqlErrors.isOperationNotAllowed(result)) {
            response.setStatusCode(405).putHeader(HttpHeaders.ALLOW, "POST");
        } else if (!result.isDataPresent() && mediaType == MediaType.GRAPHQL_RESPONSE) {
            response.setStatusCode(400);
        }
        // Once an operation ran, the status is 200 in both media types (decision 12).
        Replies.retryAfter(ctx, GraphqlErrors.retryAfter(result));
        Replies.compressIfSmall(response, body);
        response.putHeader(HttpHeaders.CONTENT_TYPE, mediaType.header())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body)
                .onComplete(sent -> answer.close());
    }

    /**
     * Replies to a request that never became an operation with a GraphQL response, in the type that the client accepts.
     */
    private static void fail(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        HttpServerResponse response = ctx.response();
        if (response.ended() || response.closed()) {
            return;
        }
        RunlogException known = Replies.toRunlogException(ctx, failure);
        Replies.setHeaders(ctx, known);
        response.setStatusCode(Replies.status(ctx, failure, known))
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        mediaType(ctx).orElse(MediaType.JSON).header())
                .end(JsonWriter.write(GraphqlErrors.refusal(known).toSpecification()));
    }

    private static Optional<MediaType> mediaType(RoutingContext ctx) {
        return MediaType.accepted(ctx.request().getHeader(HttpHeaders.ACCEPT));
    }
}
