package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A browser that signed in, and pages of others that try to use that. */
@ServerTest({"GRAPHQL_GRAPHIQL=on", "HTTP_CORS_ORIGINS=https://app.example.com,http://127.0.0.1:1"})
final class SessionTest {
    private static final String[] SCOPES = {"executions:read", "executions:write", "executions:cleanup"};
    /** By the session, or by CORS, which knows no such origin. */
    private static final Object[] REFUSED = {403, 400};

    private static final String VIEWER = "/graphql?query=" + encoded("{ viewer { subject } }");
    private static final String RUNNING = "/graphql?query=" + encoded("subscription { runningExecutions { kind } }");

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final RunningServer server;
    private final String token;
    private final String cookie;

    SessionTest(RunningServer server) {
        this.server = server;
        token = server.token("alice", SCOPES);
        cookie = "runlog-session=" + token;
    }

    @Test
    void signsInAndOut() {
        HttpResponse<String> signedIn =
                server.send(server.request("/session", token).POST(HttpRequest.BodyPublishers.noBody()));
        String set = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
        HttpResponse<String> shown = server.send(request("/session").GET());
        HttpResponse<String> signedOut = server.send(request("/session").DELETE());

        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(set)
                .startsWith(cookie + ";")
                .containsIgnoringCase("; HttpOnly")
                .contains("Max-Age=", "Path=/", "SameSite=Strict")
                .doesNotContain("Secure", "Domain");
        assertThat(json(shown).at("/subject").asText()).isEqualTo("alice");
        assertThat(json(shown).at("/scopes").toString())
                .isEqualTo("[\"executions:cleanup\",\"executions:read\",\"executions:write\"]");
        assertThat(json(shown).at("/expiresAt").asText()).isNotEmpty();
        assertThat(json(shown).at("/version").asText()).isNotEmpty();
        assertThat(shown.body()).doesNotContain(token);
        assertThat(signedOut.statusCode()).isEqualTo(204);
        assertThat(signedOut.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("runlog-session=;")
                .contains("Max-Age=0", "Path=/");
    }

    /** A proxy that ends TLS says so; the browser then keeps the cookie for this host and HTTPS alone. */
    @Test
    void keepsTheCookieToHttpsBehindAProxyWithTls() {
        HttpResponse<String> signedIn = server.send(server.request("/session", token)
                .header("X-Forwarded-Proto", "https")
                .POST(HttpRequest.BodyPublishers.noBody()));
        String set = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
        Map<String, String> proxied = Map.of("X-Forwarded-Proto", "https", "Cookie", set.split(";", 2)[0]);

        assertThat(set)
                .startsWith("__Host-runlog-session=" + token + ";")
                .containsIgnoringCase("; HttpOnly")
                .contains("; Secure", "; Path=/");
        assertThat(mutate(proxied, "https://" + host()).statusCode()).isEqualTo(200);
        assertThat(mutate(proxied, "http://" + host()).statusCode()).isIn(REFUSED);
    }

    @Test
    void rejectsSignInWithoutAUsableToken() {
        String expired = server.token(Duration.ofSeconds(-5), "alice", SCOPES);
        String tooLarge = server.token(
                "alice", Collections.nCopies(250, "executions:read").toArray(String[]::new));

        for (String bad : List.of("", "nonsense", expired)) {
            HttpResponse<String> response =
                    server.send(server.request("/session", bad).POST(HttpRequest.BodyPublishers.noBody()));
            assertThat(response.statusCode()).as(bad).isEqualTo(401);
            assertThat(response.headers().firstValue("Set-Cookie")).as(bad).isEmpty();
        }
        HttpResponse<String> tooLong =
                server.send(server.request("/session", tooLarge).POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(json(tooLong).at("/error/message").asText()).contains("too long for a cookie");
        assertThat(server.send(server.request(VIEWER, "")
                                .header("Cookie", "runlog-session=" + expired)
                                .GET())
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://127.0.0.1:1", "https://app.example.com", "null"})
    void rejectsSignInAndSignOutFromOtherSites(String origin) {
        HttpResponse<String> in = server.send(
                server.request("/session", token).header("Origin", origin).POST(HttpRequest.BodyPublishers.noBody()));
        HttpResponse<String> out =
                server.send(request("/session").header("Origin", origin).DELETE());

        for (HttpResponse<String> response : List.of(in, out)) {
            assertThat(response.statusCode()).isIn(REFUSED);
            assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    /** Forms, fetch, sockets and event streams of other pages carry the cookie if the browser sends it at all. */
    @Test
    void changesNothingAndStreamsNothingForAnotherPage() throws Exception {
        Map<String, Function<Map<String, String>, Integer>> doors = Map.of(
                "POST /graphql", headers -> mutate(headers, null).statusCode(),
                "POST /events", this::recordStatus,
                "DELETE /logs/cleanup", this::cleanupStatus,
                "POST stream", this::postedStreamStatus,
                "EventSource", this::eventSourceStatus);
        List<Map<String, String>> strangers = List.of(
                Map.of(),
                Map.of("Origin", "https://evil.example"),
                Map.of("Origin", "null"),
                Map.of("Origin", "http://127.0.0.1:1"),
                Map.of("Origin", "https://app.example.com"),
                Map.of("Origin", "http://" + host() + ".evil.example"),
                Map.of("Sec-Fetch-Site", "cross-site"),
                Map.of("Sec-Fetch-Site", "same-site"),
                Map.of("Sec-Fetch-Site", "none"),
                Map.of("Sec-Fetch-Site", "cross-site", "Origin", "http://" + host()));
        List<Map<String, String>> ownPages = List.of(
                Map.of("Origin", "http://" + host()),
                Map.of("Sec-Fetch-Site", "same-origin"),
                Map.of("Sec-Fetch-Site", "same-origin", "Origin", "http://" + host()));

        doors.forEach((door, status) -> {
            for (Map<String, String> headers : strangers) {
                assertThat(status.apply(withCookie(headers))).as(door + headers).isIn(REFUSED);
            }
            for (Map<String, String> headers : ownPages) {
                assertThat(status.apply(withCookie(headers))).as(door + headers).isEqualTo(200);
            }
            assertThat(status.apply(Map.of("Authorization", "Bearer " + token, "Sec-Fetch-Site", "cross-site")))
                    .as(door)
                    .isEqualTo(200);
        });
        for (Map<String, String> headers : strangers) {
            assertThat(refusalOfSocket(headers)).as("WebSocket" + headers).isIn(403, 4403);
        }
        for (Map<String, String> headers : ownPages) {
            socket(headers).next("connection_ack");
        }
    }

    /** The status of a refused upgrade, or the code that the socket is closed with. */
    private int refusalOfSocket(Map<String, String> headers) {
        try {
            return socket(headers).closeCode();
        } catch (UpgradeRejectedException refused) {
            return refused.getStatus();
        }
    }

    @Test
    void readsByGetUnlessAnotherPageAsks() {
        String mutation = "/graphql?query="
                + encoded("mutation { upsertWorkflow(input: {key: \"by-cookie\"}) { workflow { id } } }");

        assertThat(server.send(request(VIEWER).GET()).body()).contains("\"subject\":\"alice\"");
        assertThat(server.send(request(VIEWER)
                                .header("Sec-Fetch-Site", "cross-site")
                                .GET())
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.send(request(VIEWER)
                                .header("Origin", "https://app.example.com")
                                .GET())
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.send(request(mutation)
                                .header("Sec-Fetch-Site", "same-origin")
                                .GET())
                        .statusCode())
                .isEqualTo(405);
    }

    /** A page that has a token of its own is not hindered by a cookie that the browser sends besides. */
    @Test
    void prefersAnExplicitTokenToTheCookie() {
        String bob = server.token("bob", SCOPES);
        Subscriber subscriber = server.socket(new WebSocketConnectOptions()
                .addSubProtocol("graphql-transport-ws")
                .addHeader("Cookie", cookie)
                .addHeader("Origin", "https://app.example.com"));
        subscriber.send(Map.of("type", "connection_init", "payload", Map.of("Authorization", "Bearer " + bob)));
        subscriber.next("connection_ack");
        subscriber.subscribe("1", "{ viewer { subject } }");

        assertThat(subscriber.next("next").at("/payload/data/viewer/subject").asText())
                .isEqualTo("bob");
        assertThat(server.send(server.request(VIEWER, "nonsense")
                                .header("Cookie", cookie)
                                .GET())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void servesGraphiqlWithoutATokenAndLocksItDown() {
        HttpResponse<String> page = server.get("/graphiql/", "");
        String script = page.body().replaceAll("(?s).*data-graphiql=\"([^\"]+)\".*", "$1");

        assertThat(server.get("/graphiql?query=x", "").headers().firstValue("Location"))
                .hasValue("/graphiql/?query=x");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("eyJ", "Bearer", "<script>");
        assertThat(server.send(request("/graphiql/").GET()).body()).isEqualTo(page.body());
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(server.get("/graphiql/" + script, "").statusCode()).isEqualTo(200);
        assertThat(server.get("/graphiql/session.js", "").headers().firstValue("Content-Type"))
                .hasValue("text/javascript; charset=utf-8");
    }

    @Test
    void forbidsCachingOfData() throws Exception {
        for (String path : new String[] {
            VIEWER, "/session", "/logs/nope", "/workflows/x/logs", "/metrics", "/nowhere", "/health/ready"
        }) {
            assertThat(server.get(path, token).headers().firstValue("Cache-Control"))
                    .as(path)
                    .hasValue("no-store");
        }
        assertThat(server.events(token, "").headers().firstValue("Cache-Control"))
                .hasValue("no-store");
        assertThat(server.graphql(token, "{ viewer { subject } }").has("data")).isTrue();
        HttpResponse<InputStream> stream = open(Map.of("Authorization", "Bearer " + token));
        stream.body().close();
        assertThat(stream.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    private HttpRequest.Builder request(String path) {
        return server.request(path, "").header("Cookie", cookie);
    }

    private Map<String, String> withCookie(Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Cookie", cookie);
        return all;
    }

    private HttpRequest.Builder request(String path, Map<String, String> headers) {
        HttpRequest.Builder request = server.request(path, "");
        headers.forEach(request::header);
        return request;
    }

    private HttpResponse<String> mutate(Map<String, String> headers, String origin) {
        HttpRequest.Builder request = request("/graphql", headers);
        if (origin != null) {
            request.header("Origin", origin);
        }
        return server.send(request.header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"query\":\"mutation { upsertWorkflow(input: {key: \\\"w\\\"}) { workflow { id } } }\"}")));
    }

    private int recordStatus(Map<String, String> headers) {
        return server.send(request("/events", headers)
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"event\":\"started\",\"workflow\":\"w\"}\n")))
                .statusCode();
    }

    private int cleanupStatus(Map<String, String> headers) {
        return server.send(request("/logs/cleanup?dry_run=true", headers).DELETE())
                .statusCode();
    }

    private int postedStreamStatus(Map<String, String> headers) {
        return server.send(request("/graphql", headers)
                        .header("Content-Type", "application/json")
                        .header("Accept", "text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"{ viewer { subject } }\"}")))
                .statusCode();
    }

    private int eventSourceStatus(Map<String, String> headers) {
        try {
            HttpResponse<InputStream> stream = open(headers);
            stream.body().close();
            return stream.statusCode();
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private HttpResponse<InputStream> open(Map<String, String> headers) throws IOException, InterruptedException {
        return HTTP.send(
                request(RUNNING, headers)
                        .header("Accept", "text/event-stream")
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private Subscriber socket(Map<String, String> headers) {
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .addSubProtocol("graphql-transport-ws")
                .setAllowOriginHeader(headers.containsKey("Origin"));
        withCookie(headers).forEach(options::addHeader);
        Subscriber subscriber = server.socket(options);
        subscriber.send(Map.of("type", "connection_init"));
        return subscriber;
    }

    private String host() {
        return server.url().getAuthority();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
