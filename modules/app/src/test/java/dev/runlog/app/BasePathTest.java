package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.client.Recorder;
import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with {@code http.base-path}, as its clients see it. */
@ServerTest({"HTTP_BASE_PATH=/a/b", "GRAPHQL_GRAPHIQL=on"})
final class BasePathTest {
    private static final String VIEWER = "/graphql?query=%7Bviewer%7Bsubject%7D%7D";

    private final RunningServer server;
    private final String token;
    private final String root;

    BasePathTest(RunningServer server) {
        this.server = server;
        token = server.token("alice", "executions:read", "executions:write", "executions:cleanup");
        root = "http://127.0.0.1:" + server.url().getPort();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health/live",
                "/health/ready",
                "/metrics",
                "/schema.graphql",
                "/openapi.json",
                "/events/schema.json",
                "/session",
                "/workflows",
                "/graphiql/",
                "/graphiql/session.js",
                VIEWER
            })
    void isInFrontOfEveryPath(String path) throws Exception {
        assertThat(server.get(path, token).statusCode()).isEqualTo(200);
        assertThat(at(path).statusCode()).isEqualTo(404);
        assertThat(at("/a" + path).statusCode()).isEqualTo(404);
        assertThat(at("/a/b/a/b" + path).statusCode()).isEqualTo(404);
        assertThat(at("/a/bb" + path).statusCode()).isEqualTo(404);
    }

    @Test
    void refusesInTheFormOfOtherErrors() throws Exception {
        HttpResponse<String> outside = at("/graphql");
        HttpResponse<String> below = server.get("/nowhere", token);
        HttpResponse<String> method =
                server.send(server.request("/health/live", "").DELETE());

        assertThat(json(outside).at("/error/code").asText()).isEqualTo("NOT_FOUND");
        assertThat(json(outside).at("/error/message").asText()).isEqualTo("Path not found: /graphql.");
        assertThat(outside.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(json(below).at("/error/code").asText()).isEqualTo("NOT_FOUND");
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("Allow")).hasValue("GET, HEAD");
        try (RawHttp client = new RawHttp(server)) {
            // A body for a path outside is refused without being read.
            RawHttp.Answer answer = client.send(RawHttp.head("POST /events", token, "Content-Length: 1000000000"))
                    .answer();
            assertThat(answer.status()).isEqualTo(404);
        }
    }

    @Test
    void isInRedirectsAndDocuments() throws Exception {
        assertThat(at("/a/b?x=1").headers().firstValue("Location")).hasValue("/a/b/?x=1");
        assertThat(at("/a/b/graphiql?query=x").headers().firstValue("Location")).hasValue("/a/b/graphiql/?query=x");
        assertThat(json(at("/a/b/openapi.json")).at("/servers/0/url").asText()).isEqualTo("/a/b");
        assertThat(at("/a/b/graphiql/session.js").body()).doesNotContain("'/session'", "'/graphql'");
    }

    @Test
    void recordsOverRestAndReadsOverGraphql() {
        String id = Ids.next().toString();

        HttpResponse<String> recorded =
                server.events(token, "{\"event\":\"started\",\"workflow\":\"based\",\"id\":\"" + id + "\"}");

        assertThat(json(recorded).get("recorded").asInt()).isEqualTo(1);
        assertThat(server.get("/logs/" + id, token).statusCode()).isEqualTo(200);
        assertThat(server.data(token, "query ($id: ID!) { execution(id: $id) { status } }", "id", id)
                        .at("/execution/status")
                        .asText())
                .isEqualTo("RUNNING");
    }

    @Test
    void opensWebSocketsBelowItOnly() {
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe("1", "subscription { runningExecutions { kind } }");
        assertThat(subscriber
                        .next("next")
                        .at("/payload/data/runningExecutions/kind")
                        .asText())
                .isNotEmpty();
        subscriber.close();

        assertThat(upgradeStatus("/graphql")).isEqualTo(404);
        assertThat(upgradeStatus("/a/b/graphql")).isEqualTo(101);
    }

    @Test
    void signsInWithACookieForTheWholeHost() {
        HttpResponse<String> signedIn =
                server.send(server.request("/session", token).POST(HttpRequest.BodyPublishers.noBody()));
        String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
        HttpResponse<String> viewer = server.send(server.request(VIEWER, "").header("Cookie", cookie.split(";", 2)[0]));

        assertThat(cookie).contains("Path=/;").doesNotContain("Path=/a");
        assertThat(json(viewer).at("/data/viewer/subject").asText()).isEqualTo("alice");
    }

    @Test
    void isPartOfTheUrlOfCommandsAndClients(@TempDir Path directory) throws Exception {
        try (Recorder recorder = Recorder.to(URI.create(server.url() + "/"), server.token("carol"))
                .build()) {
            recorder.start("based").succeed(Map.of());
        }

        for (String url : new String[] {server.url().toString(), server.url() + "/"}) {
            try (Console console = new Console()) {
                JsonNode stats =
                        console.json(new String[] {"--url", url, "--token", server.token("carol")}, "stats", "--json");
                assertThat(stats.toString()).contains("\"success\":1");
            }
        }
    }

    private HttpResponse<String> at(String path) {
        return server.send(HttpRequest.newBuilder(URI.create(root + path)).header("Authorization", "Bearer " + token));
    }

    private int upgradeStatus(String path) {
        try (RawHttp client = new RawHttp(server)) {
            return client.send(RawHttp.head(
                            "GET " + path,
                            "",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                            "Sec-WebSocket-Protocol: graphql-transport-ws"))
                    .answer()
                    .status();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
