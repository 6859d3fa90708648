package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@ServerTest({
    "HTTP_BODY_MAX_BYTES=10000",
    "HTTP_EVENTS_BODY_MAX_BYTES=20000000",
    "HTTP_CORS_ORIGINS=https://app.example.com",
    "GRAPHQL_INTROSPECTION=false"
})
final class HttpTest {
    private static final String RESPONSE_TYPE = "application/graphql-response+json";

    private final RunningServer server;
    private final String token;

    HttpTest(RunningServer server) {
        this.server = server;
        token = server.token("alice", "executions:read", "executions:write", "executions:cleanup");
    }

    @Test
    void usesTheMediaTypePreferredByTheClient() {
        String query = "{\"query\":\"{ viewer { subject } }\"}";

        assertThat(typeOf(post("application/json", RESPONSE_TYPE, query))).isEqualTo(RESPONSE_TYPE);
        assertThat(typeOf(post("application/json; charset=utf-8", "application/json", query)))
                .isEqualTo("application/json");
        assertThat(typeOf(post("application/json", "*/*", query))).isEqualTo("application/json");
        assertThat(typeOf(post("application/json", "application/json;q=0.5, " + RESPONSE_TYPE, query)))
                .isEqualTo(RESPONSE_TYPE);
        assertThat(post("application/json", "text/html", query).statusCode()).isEqualTo(406);
        assertThat(post("text/plain", RESPONSE_TYPE, query).statusCode()).isEqualTo(415);
    }

    @Test
    void mapsErrorsToStatusCodes() {
        assertThat(post("application/json", RESPONSE_TYPE, "{\"query\":\"{ nothing }\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("application/json", "application/json", "{\"query\":\"{ nothing }\"}")
                        .statusCode())
                .isEqualTo(200);
        for (String malformed : new String[] {
            "",
            "[",
            "[]",
            "null",
            "{}",
            "{\"query\":7}",
            "{\"query\":\"{viewer{subject}}\",\"variables\":[]}",
            "{\"query\":\"{viewer{subject}}\",\"operationName\":1}"
        }) {
            HttpResponse<String> response = post("application/json", "application/json", malformed);
            assertThat(response.statusCode()).as(malformed).isEqualTo(400);
            assertThat(json(response).at("/errors/0/extensions/code").asText())
                    .as(malformed)
                    .isEqualTo("BAD_INPUT");
        }
        HttpResponse<String> tooLarge =
                post("application/json", RESPONSE_TYPE, "{\"query\":\"" + " ".repeat(11_000) + "\"}");
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(json(tooLarge).at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
    }

    @Test
    void acceptsOnlyQueriesByGet() {
        HttpResponse<String> query = server.get(
                "/graphql?query=" + encoded("query($a: ID!) { node(id: $a) { id } }") + "&variables="
                        + encoded("{\"a\":\"" + Ids.next() + "\"}"),
                token);
        HttpResponse<String> mutation = server.get(
                "/graphql?query="
                        + encoded("mutation { upsertWorkflow(input: {key: \"by-get\"}) { workflow { id } } }"),
                token);

        assertThat(query.body()).isEqualTo("{\"data\":{\"node\":null}}");
        assertThat(mutation.statusCode()).isEqualTo(405);
        assertThat(mutation.headers().firstValue("Allow")).hasValue("POST");
        assertThat(server.data(token, "{ workflowByKey(key: \"by-get\") { id } }")
                        .get("workflowByKey")
                        .isNull())
                .isTrue();
        assertThat(server.send(server.request("/graphql", token).DELETE()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void needsAToken() {
        for (String path : new String[] {
            "/graphql?query=%7Bviewer%7Bsubject%7D%7D", "/logs/" + Ids.next(), "/workflows/" + Ids.next() + "/logs"
        }) {
            HttpResponse<String> response = server.get(path, "");
            assertThat(response.statusCode()).as(path).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate"))
                    .as(path)
                    .hasValue("Bearer");
        }
        assertThat(server.events("", "{}").statusCode()).isEqualTo(401);
        assertThat(server.events(
                                server.token("bob", "executions:read"),
                                "{\"event\":\"heartbeat\",\"id\":\"" + Ids.next() + "\"}")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void hidesTheSchemaWithoutIntrospection() {
        assertThat(server.graphql(token, "{ __schema { types { name } } }").toString())
                .contains("Introspection is disabled");
        assertThat(server.data(token, "{ viewer { __typename } }")
                        .at("/viewer/__typename")
                        .asText())
                .isEqualTo("Viewer");
    }

    @Test
    void acceptsBrowsersFromConfiguredOriginsOnly() {
        HttpResponse<String> known = server.send(server.request("/graphql", "")
                .header("Origin", "https://app.example.com")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        HttpResponse<String> foreign = server.send(server.request("/graphql", "")
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(known.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://app.example.com");
        assertThat(known.headers().firstValue("Access-Control-Max-Age")).hasValue("600");
        assertThat(foreign.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void losesNothingButTheBadLinesOfALargeBody() {
        StringBuilder body = new StringBuilder();
        for (int line = 1; line <= 100_000; line++) {
            body.append(
                            switch (line) {
                                case 7 -> "{\"event\":\"started\",";
                                case 50_000 ->
                                    "{\"event\":\"execution\",\"workflow\":\"bulk\",\"id\":\"" + Ids.next()
                                            + "\",\"status\":\"DONE\"}";
                                case 100_000 ->
                                    "{\"event\":\"finished\",\"id\":\"" + Ids.next() + "\",\"status\":\"SUCCESS\"}";
                                default ->
                                    "{\"event\":\"execution\",\"workflow\":\"bulk\",\"id\":\"" + Ids.next()
                                            + "\",\"status\":\"SUCCESS\"}";
                            })
                    .append('\n');
        }

        JsonNode first = json(server.events(token, body.toString()));
        JsonNode again = json(server.events(token, body.toString()));

        assertThat(first.get("recorded").asInt()).isEqualTo(99_997);
        assertThat(texts(first.get("rejected"), "/line")).containsExactly("7", "50000", "100000");
        assertThat(texts(first.get("rejected"), "/code")).containsExactly("BAD_INPUT", "BAD_INPUT", "NOT_FOUND");
        assertThat(first.at("/rejected/1/message").asText()).contains("Invalid `status`: DONE");
        assertThat(again.get("recorded").asInt()).isZero();
        assertThat(again.get("duplicates").asInt()).isEqualTo(99_997);
        assertThat(server.data(token, "{ workflowByKey(key: \"bulk\") { executions { totalCount } } }")
                        .at("/workflowByKey/executions/totalCount")
                        .asInt())
                .isEqualTo(99_997);
    }

    @Test
    void namesWhatIsWrongWithALine() {
        String id = Ids.next().toString();
        String[][] lines = {
            {"[]", "expected a JSON object"},
            {"{}", "Missing `event` (expected queued, started"},
            {"{\"event\":\"began\"}", "Invalid `event`: began (expected queued, started"},
            {"{\"event\":\"started\",\"workflow\":\"w\",\"colour\":\"red\"}", "Unknown member `colour`"},
            {"{\"event\":\"started\"}", "Missing `workflow`"},
            {"{\"event\":\"started\",\"workflow\":5}", "Invalid `workflow` (expected a string)"},
            {
                "{\"event\":\"started\",\"workflow\":\"w\",\"attempt\":1.5}",
                "Invalid `attempt` (expected a 32-bit integer)"
            },
            {
                "{\"event\":\"started\",\"workflow\":\"w\",\"startedAt\":\"noon\"}",
                "Invalid `startedAt`: 'noon' is not a date and time"
            },
            {"{\"event\":\"started\",\"workflow\":\"w\",\"heartbeatTimeout\":\"30 s\"}", "'30 s' is not a duration"},
            {"{\"event\":\"started\",\"workflow\":\"w\",\"workflow\":\"v\"}", "Repeated member `workflow`"},
            {"{\"event\":\"heartbeat\"}", "Missing `id`"},
            {"{\"event\":\"heartbeat\",\"id\":\"" + id + "\"} x", "Invalid JSON: "},
            {"{\"event\":\"steps\",\"id\":\"" + id + "\",\"steps\":{}}", "Invalid `steps` (expected an array)"},
        };
        StringBuilder body = new StringBuilder();
        for (String[] line : lines) {
            body.append(line[0]).append("\r\n\n");
        }

        JsonNode rejected = json(server.events(token, body.toString())).get("rejected");

        assertThat(rejected).hasSize(lines.length);
        for (int i = 0; i < lines.length; i++) {
            assertThat(rejected.get(i).get("message").asText()).as(lines[i][0]).contains(lines[i][1]);
        }
    }

    @Test
    void stopsAtATooLongLineAndReportsEarlierOnes() {
        String good = "{\"event\":\"started\",\"workflow\":\"w\"}\n";

        HttpResponse<String> response = server.events(
                token, good + "{\"event\":\"started\",\"workflow\":\"" + "x".repeat(20_000) + "\"}\n" + good);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).at("/error/message").asText()).contains("Line 2 is too long");
    }

    @Test
    void reportsTheHealthOfItsDatabase(TestDatabase database) throws SQLException {
        assertThat(server.get("/health/ready", "").statusCode()).isEqualTo(200);

        database.setReachable(false);
        try {
            assertThat(server.get("/health/ready", "").statusCode()).isEqualTo(503);
            assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
            JsonNode answer = server.graphql(token, "{ executions { nodes { id } } }");
            assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("OVERLOADED");
            assertThat(answer.at("/errors/0/extensions/retryAfterMillis").asInt())
                    .isPositive();
            for (String type : new String[] {"application/json", RESPONSE_TYPE}) {
                HttpResponse<String> mutation = post(
                        "application/json",
                        type,
                        "{\"query\":\"mutation { a: startExecution(input: {workflowKey: \\\"w\\\"}) { execution { id } } "
                                + "b: startExecution(input: {workflowKey: \\\"w\\\"}) { execution { id } } }\"}");
                assertThat(mutation.statusCode()).as(type).isEqualTo(200);
                assertThat(json(mutation).at("/data/a").isNull()).as(type).isTrue();
                assertThat(json(mutation).at("/data/b").isNull()).as(type).isTrue();
                assertThat(mutation.headers().firstValue("Retry-After"))
                        .as(type)
                        .hasValue("1");
            }
            HttpResponse<String> events = server.events(token, "{\"event\":\"started\",\"workflow\":\"w\"}\n");
            assertThat(events.statusCode()).isEqualTo(503);
            assertThat(events.headers().firstValue("Retry-After")).isPresent();
        } finally {
            database.setReachable(true);
        }

        assertThat(server.get("/health/ready", "").statusCode()).isEqualTo(200);
        assertThat(post("application/json", RESPONSE_TYPE, "{\"query\":\"{ workflow(id: \\\"no id\\\") { id } }\"}")
                        .headers()
                        .firstValue("Retry-After"))
                .isEmpty();
    }

    @Test
    void reportsWhenTheNextCleanupMayBeRequested() {
        String hurried = server.token("hurried", "executions:cleanup");
        String cleanup = "{\"query\":\"mutation { cleanupExecutions(input: {olderThan: \\\"P1D\\\", dryRun: true}) "
                + "{ cleanup { id } } }\"}";

        HttpResponse<String> last = post(hurried, "application/json", RESPONSE_TYPE, cleanup);
        for (int i = 0; i < 100 && !last.body().contains("RATE_LIMITED"); i++) {
            last = post(hurried, "application/json", RESPONSE_TYPE, cleanup);
        }

        assertThat(last.statusCode()).isEqualTo(200);
        assertThat(last.body()).contains("RATE_LIMITED");
        assertThat(last.headers().firstValueAsLong("Retry-After").getAsLong()).isPositive();
    }

    private HttpResponse<String> post(String contentType, String accept, String body) {
        return post(token, contentType, accept, body);
    }

    private HttpResponse<String> post(String as, String contentType, String accept, String body) {
        return server.send(server.request("/graphql", as)
                .header("Content-Type", contentType)
                .header("Accept", accept)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String typeOf(HttpResponse<String> response) {
        return response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
