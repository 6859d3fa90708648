package dev.runlog.gateway.http;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.graphql.GraphiQLHandler;
import io.vertx.ext.web.handler.graphql.GraphiQLHandlerOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** GraphiQL at {@code /graphiql}, from files within the program. */
public final class GraphiqlPage {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final String FIRST_QUERY = """
            # What ran, newest first. Ctrl+Enter runs it.
            {
              executions(first: 10) {
                totalCount
                nodes {
                  id
                  status
                  startedAt
                  duration
                  workflow { name }
                  error { message }
                }
              }
            }
            """;

    private GraphiqlPage() {}

    /** Serves the page, with a token filled in where there is one. */
    public static void mount(Vertx vertx, Router router, @Nullable String token) {
        GraphiQLHandlerOptions options = new GraphiQLHandlerOptions()
                .setEnabled(true)
                .setGraphQLUri("/graphql")
                .setGraphQLWSEnabled(true)
                // The page puts it behind the origin and a slash.
                .setGraphWSQLUri("graphql");
        if (token != null) {
            options.setHeaders(Map.of("Authorization", "Bearer " + token))
                    .setWsConnectionParams(new JsonObject().put("Authorization", "Bearer " + token));
            router.route("/graphiql*").handler(GraphiqlPage::requireLoopbackName);
        }
        router.get("/graphiql").handler(GraphiqlPage::beginWithQuery);
        router.get("/graphiql/").handler(GraphiqlPage::beginWithQuery);
        router.route("/graphiql*")
                .subRouter(GraphiQLHandler.create(vertx, options).router());
    }

    /** The page holds a token: a foreign name that leads to this address must not get it (DNS rebinding). */
    private static void requireLoopbackName(RoutingContext ctx) {
        HostAndPort authority = ctx.request().authority();
        if (authority != null && LOOPBACK.contains(authority.host())) {
            ctx.next();
        } else {
            Replies.failure(
                    ctx, RunlogException.forbidden("GraphiQL with a token is for this machine's own name only."));
        }
    }

    /** The page takes its first query from its address alone. */
    private static void beginWithQuery(RoutingContext ctx) {
        if (ctx.queryParams().contains("query")) {
            ctx.next();
            return;
        }
        ctx.response()
                .setStatusCode(302)
                .putHeader(
                        HttpHeaders.LOCATION,
                        "/graphiql/?query="
                                + URLEncoder.encode(FIRST_QUERY, StandardCharsets.UTF_8)
                                        .replace("+", "%20"))
                .end();
    }
}
