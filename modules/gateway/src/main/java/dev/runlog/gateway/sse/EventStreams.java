package dev.runlog.gateway.sse;

import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.auth.Authenticated;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
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
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
        if (accept == null) {
            return false;
        }
        String best = null;
        double bestWeight = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", 2);
            double weight = weight(parts.length == 1 ? null : parts[1].trim());
            if (weight > bestWeight) {
                best = parts[0].trim();
                bestWeight = weight;
            }
        }
        return MEDIA_TYPE.equals(best);
    }

    /** Errors of the request are answered before the stream starts, errors of the operation in the stream. */
    public void answer(RoutingContext ctx, GraphqlRequest request, Authenticated authenticated) {
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

    private void begin(RoutingContext ctx, GraphqlRequest request, Authenticated authenticated) {
        if (ctx.response().closed()) {
            return;
        }
        Viewer viewer = authenticated.viewer();
        counted.add(viewer.subject());
        EventStream stream = new EventStream(vertx, ctx.response(), config, operations.queue(viewer), ended -> {
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

    private static double weight(@Nullable String parameters) {
        if (parameters == null || !parameters.startsWith("q=")) {
            return 1;
        }
        try {
            return Double.parseDouble(parameters.substring(2).split(";", 2)[0].trim());
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }
}
