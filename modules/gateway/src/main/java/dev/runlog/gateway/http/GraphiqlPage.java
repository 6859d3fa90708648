package dev.runlog.gateway.http;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.graphql.GraphiQLHandler;
import io.vertx.ext.web.handler.graphql.GraphiQLHandlerOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** GraphiQL at {@code /graphiql}, from files within the program. */
public final class GraphiqlPage {
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
                .setGraphWSQLUri("/graphql")
                .setQuery(FIRST_QUERY);
        if (token != null) {
            options.setHeaders(Map.of("Authorization", "Bearer " + token))
                    .setWsConnectionParams(new JsonObject().put("Authorization", "Bearer " + token));
        }
        router.route("/graphiql*")
                .subRouter(GraphiQLHandler.create(vertx, options).router());
    }
}
