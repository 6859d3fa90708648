package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Ids;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.AnswerThrottle;
import dev.runlog.gateway.rest.LogsEndpoints;
import dev.runlog.gateway.rest.OpenApi;
import dev.runlog.testing.Futures;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Holds {@code openapi.json} against the server: same addresses, same parameters, same answers. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenApiTest {
    private final Vertx vertx = Vertx.vertx();
    private RunningServer server;
    /** Does not wait long for cleanups, and takes few of them. */
    private RunningServer hurried;

    private OpenAPIContract contract;
    private String token;
    private String failed;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.start(database, "RETENTION_REQUESTS_PER_MINUTE", "10000");
        hurried = RunningServer.start(database, "RETENTION_REQUESTS_PER_MINUTE", "2", "HTTP_CLEANUP_WAIT", "PT0.05S");
        token = server.token("alice", "executions:read", "executions:write", "executions:cleanup");
        failed = Ids.next().toString();
        record(
                failed,
                "FAILED",
                ",\"error\":{\"message\":\"boom\",\"type\":\"T\",\"stackTrace\":\"at\",\"details\":[1]}");
        record(Ids.at(Instant.now().minus(Duration.ofDays(2))).toString(), "SUCCESS", ",\"payload\":{\"a\":1}");
        server.events(token, "{\"event\":\"started\",\"workflow\":\"w\"}\n");
        contract = Futures.await(OpenAPIContract.from(
                vertx, new JsonObject(server.get("/openapi.json", "").body())));
    }

    @AfterAll
    void stop() {
        hurried.close();
        server.close();
        Futures.await(vertx.close());
    }

    @Test
    void describesExactlyTheRoutesThatAreMounted() {
        RunlogConfig config = RunlogConfig.load(null, RunningServer.environment("postgresql://localhost/unused"));
        Bus bus = Bus.create(vertx, Duration.ofSeconds(1));
        LiveFeed feed =
                LiveFeed.start(vertx, bus, config.live(), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        Router router = Router.router(vertx);
        Authenticator authenticator = Futures.await(Authenticator.create(vertx, config.auth()));
        new LogsEndpoints(
                        bus,
                        feed,
                        new AnswerMemory(1 << 20, 1 << 20),
                        new AnswerThrottle(1 << 20, 10),
                        authenticator,
                        Duration.ZERO)
                .mount(router);
        OpenApi.mount(router, "");

        Set<String> mounted = router.getRoutes().stream()
                .flatMap(route -> route.methods().stream()
                        .map(method -> method + " " + route.getPath().replaceAll(":(\\w+)", "{$1}")))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = contract.operations().stream()
                .map(operation -> operation.getHttpMethod() + " " + operation.getOpenAPIPath())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(described).isEqualTo(mounted);
    }

    @Test
    void describesEveryAnswer(TestDatabase database) throws Exception {
        Map<String, Set<String>> seen = new TreeMap<>();
        String engine = server.token("alice", "engine");
        for (Operation operation : contract.operations()) {
            check(seen, operation, send(server, operation, "", token), 200);
            if (!operation.getSecurityRequirements().isEmpty()) {
                check(seen, operation, send(server, operation, "?nope=1", token), 400);
                check(seen, operation, send(server, operation, "", ""), 401);
                check(seen, operation, send(server, operation, "", engine), 403);
            }
            if (operation.getOpenAPIPath().contains("{id}")) {
                String path =
                        operation.getOpenAPIPath().replace("{id}", Ids.next().toString());
                check(seen, operation, send(server, operation.getHttpMethod(), path, token), 404);
            }
        }
        Operation cleanup = contract.operation("deleteLogs");
        check(seen, cleanup, send(server, cleanup, "?dry_run", token), 200);
        record(Ids.at(Instant.now().minus(Duration.ofDays(40))).toString(), "SUCCESS", "");
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Lets everything be read and nothing be deleted until the connection is closed.
            statement.execute("LOCK TABLE execution IN SHARE MODE");
            check(seen, cleanup, send(hurried, cleanup, "", token), 202);
        }
        send(hurried, cleanup, "?dry_run", token);
        check(seen, cleanup, send(hurried, cleanup, "?dry_run", token), 429);
        database.setReachable(false);
        try {
            for (Operation operation : contract.operations()) {
                if (!operation.getSecurityRequirements().isEmpty()) {
                    check(seen, operation, send(server, operation, "", token), 503);
                }
            }
        } finally {
            database.setReachable(true);
        }

        for (Operation operation : contract.operations()) {
            Set<String> described = operation.getOpenAPIModel().getJsonObject("responses").fieldNames().stream()
                    .filter(status -> status.matches("[0-9]{3}"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(seen.get(operation.getOperationId()))
                    .as(operation.getOperationId())
                    .isEqualTo(described);
        }
    }

    @Test
    void acceptsOnlyTheDescribedParameters() {
        Set<String> tried = new HashSet<>();
        for (Operation operation : contract.operations()) {
            for (Parameter parameter : operation.getParameters()) {
                if (!parameter.getIn().toString().equalsIgnoreCase("query")) {
                    continue;
                }
                JsonObject schema = schema(parameter);
                for (String value : accepted(schema)) {
                    assertThat(status(operation, parameter, value))
                            .as("%s %s=%s", operation.getOperationId(), parameter.getName(), value)
                            .isEqualTo(200);
                }
                for (String value : refused(schema)) {
                    assertThat(status(operation, parameter, value))
                            .as("%s %s=%s", operation.getOperationId(), parameter.getName(), value)
                            .isEqualTo(400);
                }
                tried.add(parameter.getName());
            }
        }
        assertThat(tried).containsExactlyInAnyOrder("status", "limit", "offset", "_", "days_to_keep", "dry_run");
    }

    private int status(Operation operation, Parameter parameter, String value) {
        String query = "?" + parameter.getName() + "=" + value;
        // Nothing is to be deleted here.
        boolean mayDelete = operation.getHttpMethod().equals(HttpMethod.DELETE)
                && !parameter.getName().equals("dry_run");
        return send(server, operation, mayDelete ? query + "&dry_run" : query, token)
                .statusCode();
    }

    private JsonObject schema(Parameter parameter) {
        JsonObject schema = parameter.getOpenAPIModel().getJsonObject("schema");
        String reference = schema.getString("$ref");
        return reference == null
                ? schema
                : contract.getRawContract()
                        .getJsonObject("components")
                        .getJsonObject("schemas")
                        .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
    }

    private static List<String> accepted(JsonObject schema) {
        JsonArray values = schema.getJsonArray("enum");
        if (values != null) {
            return values.stream().map(Object::toString).toList();
        }
        return schema.getString("type").equals("string")
                ? List.of("1718", "")
                : List.of(
                        String.valueOf(schema.getInteger("minimum", -3)),
                        String.valueOf(schema.getInteger("maximum", 7_000_000)),
                        "1");
    }

    private static List<String> refused(JsonObject schema) {
        if (schema.containsKey("enum")) {
            return List.of("nope", "%00");
        }
        if (schema.getString("type").equals("string")) {
            return List.of();
        }
        Map<String, Integer> beyond = new HashMap<>();
        if (schema.containsKey("minimum")) {
            beyond.put("minimum", schema.getInteger("minimum") - 1);
        }
        if (schema.containsKey("maximum")) {
            beyond.put("maximum", schema.getInteger("maximum") + 1);
        }
        Set<String> values = beyond.values().stream().map(String::valueOf).collect(Collectors.toSet());
        values.addAll(List.of("many", "1.5"));
        return List.copyOf(values);
    }

    /** Checks a response against the document, and notes its status. */
    private void check(
            Map<String, Set<String>> seen, Operation operation, HttpResponse<String> response, int expected) {
        String what = operation.getOperationId() + ": " + response.statusCode() + " " + response.body();
        assertThat(response.statusCode()).as(what).isEqualTo(expected);
        assertThat(response.headers().firstValue("Content-Type")).as(what).hasValue("application/json; charset=utf-8");
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
        Futures.await(ResponseValidator.create(vertx, contract)
                .validate(
                        ValidatableResponse.create(
                                expected, headers, Buffer.buffer(response.body()), "application/json"),
                        operation.getOperationId()));
        seen.computeIfAbsent(operation.getOperationId(), none -> new TreeSet<>())
                .add(String.valueOf(expected));
    }

    private HttpResponse<String> send(RunningServer to, Operation operation, String query, String as) {
        String path = operation
                .getOpenAPIPath()
                .replace("{id}", operation.getOpenAPIPath().startsWith("/logs/") ? failed : "w");
        return send(to, operation.getHttpMethod(), path + query, as);
    }

    private static HttpResponse<String> send(RunningServer to, HttpMethod method, String path, String as) {
        return to.send(to.request(path, as).method(method.name(), HttpRequest.BodyPublishers.noBody()));
    }

    private void record(String id, String status, String rest) {
        assertThat(server.events(
                                token,
                                "{\"event\":\"execution\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"status\":\""
                                        + status + "\"" + rest + "}\n")
                        .statusCode())
                .isEqualTo(200);
    }
}
