package dev.runlog.gateway.sse;

import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.auth.Authenticated;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.graphql.GraphqlRequest;
import dev.runlog.gateway.graphql.Operations;
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

/** Answers operations as event streams: one {@link EventStream} for each that asks for {@code text/event-stream}. */
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

    /** Whether an event stream is what the client prefers; the first of equals counts. */
    public static boolean areAskedFor(HttpServerRequest request) {
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

    /** What is wrong with the request is answered before a stream begins; the rest comes in the stream. */
    public void answer(RoutingContext ctx, GraphqlRequest request, Authenticated authenticated) {
        if (HttpMethod.GET.equals(ctx.request().method()) && hasMutation(request)) {
            ctx.response().putHeader(HttpHeaders.ALLOW, "POST");
            throw new HttpException(405);
        }
        begin(ctx, request, authenticated);
    }

    /** Ends all streams; who wants more comes back elsewhere. */
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

    /** Whether a document holds one; what is no document is refused with its reason later. */
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
