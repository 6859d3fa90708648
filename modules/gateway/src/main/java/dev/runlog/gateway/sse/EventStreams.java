package dev.runlog.gateway.sse;

import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.auth.AuthenticatedViewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.http.AcceptHeader;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Answers operations that request {@code text/event-stream}, each with an {@link EventStream} of its own. */
public final class EventStreams {
    private static final String MEDIA_TYPE = "text/event-stream";

    private final Vertx vertx;
    private final Operations operations;
    private final GatewayConfig.Live config;
    private final OpenStreams counted;
    private final Set<EventStream> open = new LinkedHashSet<>();

    public EventStreams(Vertx vertx, Operations operations, GatewayConfig.Live config, OpenStreams counted) {
        this.vertx = vertx;
        this.operations = operations;
        this.config = config;
        this.counted = counted;
    }

    /** Whether the client prefers an event stream; the first of equally weighted media types counts. */
    public static boolean arePreferred(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null
                && AcceptHeader.preferred(accept, type -> type)
                        .filter(MEDIA_TYPE::equals)
                        .isPresent();
    }

    /** Errors of the request are returned before the stream starts, errors of the operation in the stream. */
    public void answer(RoutingContext ctx, GraphqlRequest request, AuthenticatedViewer authenticated) {
        if (HttpMethod.GET.equals(ctx.request().method()) && hasMutation(request)) {
            ctx.response().putHeader(HttpHeaders.ALLOW, "POST");
            throw new HttpException(405);
        }
        begin(ctx, request, authenticated);
    }

    /** Ends all streams; clients reconnect to another server. */
    public void close() {
        List.copyOf(open).forEach(EventStream::goAway);
    }

    private void begin(RoutingContext ctx, GraphqlRequest request, AuthenticatedViewer authenticated) {
        if (ctx.response().closed()) {
            return;
        }
        Viewer viewer = authenticated.viewer();
        counted.add(viewer.subject());
        EventStream stream = new EventStream(vertx, ctx.response(), config, operations.sendBudget(viewer), ended -> {
            open.remove(ended);
            counted.remove(viewer.subject());
        });
        open.add(stream);
        stream.begin(authenticated.expiresAt());
        operations.run(request, viewer, stream);
    }

    /** Whether the query contains a mutation. An invalid query is refused later, with the reason. */
    private static boolean hasMutation(GraphqlRequest request) {
        try {
            Document document = new Parser().parseDocument(request.query());
            return document.getDefinitionsOfType(OperationDefinition.class).stream()
                    .anyMatch(operation -> operation.getOperation() == OperationDefinition.Operation.MUTATION);
        } catch (InvalidSyntaxException malformed) {
            return false;
        }
    }
}
