package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What holds for every address: methods, origins, types, clients that go away. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpRulesTest {
    private static final String QUERY = "{\"query\":\"{ viewer { subject } }\"}";

    private RunningServer server;
    private RunningServer closed;
    private String token;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.start(database, "HTTP_CORS_ORIGINS", "https://app.example.com");
        closed = RunningServer.start(database);
        token = server.token("alice");
    }

    @AfterAll
    void stop() {
        server.close();
        closed.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health/live",
                "/health/ready",
                "/metrics",
                "/logs/nope",
                "/graphql?query=%7Bviewer%7Bsubject%7D%7D"
            })
    void acceptHeadWhereverGetIsAllowed(String path) throws IOException {
        int status = server.get(path, token).statusCode();
        try (RawHttp client = new RawHttp(server)) {
            // Had the answer a body, it would be taken for the next one's head.
            client.send(RawHttp.head("HEAD " + path, token) + RawHttp.head("GET /health/live", ""));

            assertThat(client.head()).startsWith("HTTP/1.1 " + status);
            assertThat(client.answer().body()).contains("UP");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /health/live, 'GET, HEAD'",
        "POST, /metrics, 'GET, HEAD'",
        "DELETE, /graphql, 'GET, HEAD, POST'",
        "GET, /events, POST",
        "POST, /logs/1, 'GET, HEAD'"
    })
    void nameTheMethodsThatTheyTake(String method, String path, String allowed) {
        HttpResponse<String> answer =
                server.send(server.request(path, token).method(method, HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
        assertThat(answer.body()).contains("BAD_INPUT");
    }

    @ParameterizedTest
    @CsvSource({
        "own, 200, 200",
        "https://own, 200, 200",
        "https://app.example.com, 200, 403",
        "https://evil.example, 403, 403",
        "http://app.example.com, 403, 403",
        "null, 403, 403",
        "'', 200, 200"
    })
    void letPagesOfKnownOriginsAsk(String origin, int listed, int none) throws IOException {
        for (RunningServer asked : List.of(server, closed)) {
            String own = "localhost:" + asked.url().getPort();
            String header = origin.equals("own") ? "http://" + own : origin.replace("https://own", "https://" + own);
            int status = asked == server ? listed : none;
            try (RawHttp client = new RawHttp(asked);
                    RawHttp socket = new RawHttp(asked)) {
                RawHttp.Answer answer = client.send(withHost(
                                        RawHttp.head(
                                                "POST /graphql",
                                                token,
                                                "Content-Type: application/json",
                                                "Content-Length: " + QUERY.length()),
                                        own,
                                        header)
                                + QUERY)
                        .answer();

                assertThat(answer.status()).as("%s at %s", header, asked.url()).isEqualTo(status);
                if (status == 403) {
                    assertThat(answer.body()).contains("FORBIDDEN", "http.cors-origins");
                }
                assertThat(socket.send(withHost(
                                        RawHttp.head(
                                                "GET /graphql",
                                                "",
                                                "Upgrade: websocket",
                                                "Connection: Upgrade",
                                                "Sec-WebSocket-Version: 13",
                                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                                                "Sec-WebSocket-Protocol: graphql-transport-ws"),
                                        own,
                                        header))
                                .answer()
                                .status())
                        .isEqualTo(status == 403 ? 403 : 101);
            }
        }
    }

    private static String withHost(String head, String host, String origin) {
        return head.replace(
                "Host: localhost\r\n",
                "Host: " + host + "\r\n" + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "{\"query\":\"{ __typename }\",\"query\":\"{ viewer { subject } }\"}|Duplicate member `query`.",
                "{\"query\":\"{ __typename }\",\"qu\\u0065ry\":\"{ a }\"}|Duplicate member `query`.",
                "{\"query\":\"{ __typename }\",\"variables\":{\"a\":[{\"b\":1,\"b\":null}]}}|Duplicate member `b`."
            })
    void refuseJsonThatHasAMemberTwice(String body, String message) throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            String head = RawHttp.head(
                    "POST /graphql", token, "Content-Type: application/json", "Content-Length: " + body.length());
            RawHttp.Answer answer = client.send(head + body).answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("BAD_INPUT", message);
        }
    }

    @Test
    void refuseAParameterThatIsGivenTwice() throws IOException {
        try (RawHttp client = new RawHttp(server)) {
            String path = "/graphql?query=%7B__typename%7D&query=%7Bviewer%7Bsubject%7D%7D";
            RawHttp.Answer answer =
                    client.send(RawHttp.head("GET " + path, token)).answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("BAD_INPUT", "Duplicate parameter `query`.");
        }
    }

    @Test
    void takeEventsAsLinesAsAnArrayOrOne() {
        String first = event();
        String second = event();

        assertThat(events("application/x-ndjson; charset=utf-8", first + "\n" + second)
                        .body())
                .contains("\"recorded\":2");
        assertThat(events("application/jsonl", event() + "\r\n" + event()).body())
                .contains("\"recorded\":2");
        assertThat(events("application/json", event()).body()).contains("\"recorded\":1");
        assertThat(events("application/json; charset=utf-8", " [ " + event() + " ,\n\t" + event() + " ]\n")
                        .body())
                .contains("\"recorded\":2");
        assertThat(events("application/json", "[]").body()).contains("\"recorded\":0");
        HttpResponse<String> mixed =
                events("application/json", "[" + event() + ",{\"event\":\"}],[{\"},5," + event() + "]");
        assertThat(mixed.statusCode()).isEqualTo(200);
        assertThat(json(mixed).get("recorded").asInt()).isEqualTo(2);
        assertThat(RunningServer.texts(json(mixed).get("rejected"), "/line")).containsExactly("2", "3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[",
                "[%s",
                "[%s,",
                "[%s,]",
                "[,%s]",
                "[%s %s]",
                "%s %s",
                "[%s]]",
                "[%s],",
                "{\"event\":"
            })
    void nameBrokenArrays(String body) {
        HttpResponse<String> answer = events("application/json", body.replace("%s", event()));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(json(answer).get("recorded").asInt())
                .isEqualTo(body.startsWith("[,") || !body.contains("%s") ? 0 : 1);
    }

    @Test
    void nameTheTypesThatTheyTake() {
        for (HttpResponse<String> answer : List.of(
                events("text/plain", event()),
                events("application/x-ndjson-not", event()),
                server.send(server.request("/events", token).POST(HttpRequest.BodyPublishers.ofString(event()))))) {
            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body()).contains("application/x-ndjson", "application/jsonl", "application/json");
        }
    }

    @Test
    void doNotLogClientsThatHangUp() throws IOException {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(logged);
        double before = server.metric("runlog_connections");

        for (String path : List.of("/graphql", "/events", "/health/live", "/logs/x")) {
            for (boolean reset : new boolean[] {false, true}) {
                try (RawHttp client = new RawHttp(server)) {
                    client.send(RawHttp.head(
                                    "POST " + path, token, "Content-Type: application/json", "Content-Length: 1000"))
                            .send("{\"query\":");
                    client.resetOnClose(reset);
                }
                try (RawHttp client = new RawHttp(server)) {
                    client.send(RawHttp.head("GET /metrics", "").repeat(200));
                    client.resetOnClose(reset);
                }
            }
        }

        RunningServer.awaitThat(() -> server.metric("runlog_connections") <= before);
        root.detachAppender(logged);
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    private HttpResponse<String> events(String type, String body) {
        return server.send(server.request("/events", token)
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String event() {
        return "{\"event\":\"started\",\"workflow\":\"rules\",\"id\":\"" + Ids.next() + "\"}";
    }
}
