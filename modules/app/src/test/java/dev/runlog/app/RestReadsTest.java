package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The first version's endpoints of workflows and logs, as its test and its frontend call them. */
@ServerTest
final class RestReadsTest extends RestTestCase {
    RestReadsTest(RunningServer server) {
        super(server);
    }

    @Test
    void showsAnExecutionInTheWordsOfTheFirstVersion() {
        String token = newOwner();
        String id = Ids.next().toString();
        server.events(
                token,
                "{\"event\":\"execution\",\"workflow\":\"logs\",\"id\":\"" + id
                        + "\",\"status\":\"FAILED\",\"payload\":{\"a\":1},\"result\":[2],\"error\":{\"message\":\"boom\","
                        + "\"type\":\"Boom\",\"stackTrace\":\"at line 1\",\"details\":{\"code\":7}}}\n");

        JsonNode summary = json(server.get("/workflows/logs/logs?status=failed", token));
        JsonNode detail = json(server.get("/logs/" + id, token));

        assertThat(summary).hasSize(1);
        assertThat(summary.get(0).fieldNames())
                .toIterable()
                .containsExactly("id", "workflow_id", "status", "error_message", "started_at", "completed_at");
        assertThat(detail.toString())
                .contains(
                        "\"status\":\"failed\"",
                        "\"payload\":{\"a\":1}",
                        "\"result\":[2]",
                        "\"error_message\":\"boom\"",
                        "\"error_type\":\"Boom\"",
                        "\"stack_trace\":\"at line 1\"",
                        "\"error_details\":{\"code\":7}");
    }

    @Test
    void acceptsTheKeyOfAWorkflowAsItsId() {
        String token = newOwner();
        for (String key : List.of("1", "a/b", "ü x", "100%", "logs", "a+b")) {
            record(token, key, Instant.now());
            String path = "/workflows/"
                    + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");

            assertThat(json(server.get(path, token)).get("key").asText()).isEqualTo(key);
            assertThat(json(server.get(path + "/logs", token))).as(key).hasSize(1);
            assertThat(json(server.get(path + "/logs/count", token))
                            .get("count")
                            .asInt())
                    .isEqualTo(1);
        }
        String stranger = newOwner();
        for (String unknown : List.of("1", "nope", "%00", Ids.next().toString())) {
            for (String path : List.of("", "/logs", "/logs/count")) {
                assertThat(server.get("/workflows/" + unknown + path, stranger).statusCode())
                        .as(unknown + path)
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void prefersAnIdToAKeyThatLooksLikeIt() {
        String token = newOwner();
        record(token, "real", Instant.now());
        String id = json(server.get("/workflows/real", token)).get("id").asText();
        String free = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            record(token, id, Instant.now());
            record(token, free, Instant.now());
        }

        assertThat(json(server.get("/workflows/" + id, token)).get("key").asText())
                .isEqualTo("real");
        assertThat(json(server.get("/workflows/" + id + "/logs", token))).hasSize(1);
        assertThat(json(server.get("/workflows/" + free, token)).get("key").asText())
                .isEqualTo(free);
        assertThat(json(server.get("/workflows/" + free + "/logs", token))).hasSize(2);
        assertThat(json(server.get("/workflows/" + free + "/logs/count", token))
                        .get("count")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void listsWorkflowsNewestFirst() {
        String token = newOwner();
        for (String key : List.of("a", "b", "c")) {
            record(token, key, Instant.now());
        }

        for (String path : List.of("/workflows", "/workflows/")) {
            HttpResponse<String> response = server.get(path, token);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(texts(json(response), "/key")).containsExactly("c", "b", "a");
            assertThat(total(response)).isEqualTo(3);
        }
        List<String> paged = new ArrayList<>();
        for (int offset = 0; offset < 4; offset++) {
            paged.addAll(texts(json(server.get("/workflows?limit=1&offset=" + offset, token)), "/key"));
        }
        assertThat(paged).isEqualTo(texts(json(server.get("/workflows", token)), "/key"));
        assertThat(server.get("/workflows?offset=50001", token).statusCode()).isEqualTo(400);
        assertThat(json(server.get("/workflows", newOwner()))).isEmpty();
    }

    @Test
    void servesAnyOffsetWithTheTotal() {
        String token = newOwner();
        StringBuilder events = new StringBuilder();
        List<String> newestFirst = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (int day : new int[] {0, 1, 5, 40, 41}) {
            for (int i = 0; i < 400; i++) {
                UUID id = Ids.at(Instant.now().minus(Duration.ofDays(day)).minusMillis(i));
                newestFirst.add(id.toString());
                if (i % 4 == 0) {
                    failed.add(id.toString());
                }
                events.append(event("deep", id, i % 4 == 0 ? "FAILED" : "SUCCESS"));
            }
        }
        server.events(token, events.toString());
        newestFirst.sort(Comparator.reverseOrder());
        failed.sort(Comparator.reverseOrder());

        for (int offset = 0; offset < 500; offset += 100) {
            assertThat(texts(json(server.get(logs("?status=failed&limit=100&offset=" + offset), token)), "/id"))
                    .isEqualTo(failed.subList(offset, offset + 100));
        }
        for (int offset :
                new int[] {0, 1, 399, 400, 401, 499, 500, 501, 799, 800, 1199, 1201, 1600, 1901, 1999, 2000, 9999}) {
            HttpResponse<String> page = server.get(logs("?limit=7&offset=" + offset), token);
            assertThat(texts(json(page), "/id"))
                    .as("offset " + offset)
                    .isEqualTo(newestFirst.subList(Math.min(offset, 2000), Math.min(offset + 7, 2000)));
            assertThat(total(page)).isEqualTo(2000);
        }
        HttpResponse<String> last = server.get(logs("?status=failed&limit=5&offset=498"), token);
        assertThat(texts(json(last), "/id")).isEqualTo(failed.subList(498, 500));
        assertThat(total(last)).isEqualTo(500);
        assertThat(json(server.get(logs("?offset=999999999999999999"), token))).isEmpty();
        assertThat(texts(json(server.get(logs("?offset=-5&limit=0"), token)), "/id"))
                .isEqualTo(newestFirst.subList(0, 1));
        assertThat(json(server.get(logs("?limit=5000"), token))).hasSize(100);
        assertThat(json(server.get(logs("?limit=&offset=&status="), token))).hasSize(50);
    }

    @Test
    void rejectsMisspeltFiltersAndIgnoresACacheBuster() {
        String token = newOwner();
        String id = record(token, "deep", Instant.now());

        for (String query : List.of(
                "?state=failed", "?status=RUNNING", "?status=failed&status=success", "?limit=many", "?offset=1.5")) {
            assertThat(server.get(logs(query), token).statusCode()).as(query).isEqualTo(400);
        }
        for (String path : List.of("/logs/" + id, "/workflows/deep", "/workflows/deep/logs/count", "/workflows")) {
            assertThat(server.get(path + "?verbose=1", token).statusCode())
                    .as(path)
                    .isEqualTo(400);
            assertThat(server.get(path + "?_=1718", token).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @Test
    void supportsHeadAndListsTheMethodsOfAPath() throws IOException {
        String token = newOwner();
        record(token, "deep", Instant.now());

        // As bytes: the JDK's client never reads a body of HEAD.
        String head;
        try (RawHttp client = new RawHttp(server)) {
            head = client.send(RawHttp.head("HEAD " + logs(""), token, "Connection: close"))
                    .untilClosed();
        }
        HttpResponse<String> post =
                server.send(server.request(logs(""), token).POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(head)
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("\r\nX-Total-Count: 1\r\n")
                .endsWith("\r\n\r\n")
                .containsOnlyOnce("\r\n\r\n");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(json(post).get("detail").asText()).isEqualTo(message(post));
    }

    @Test
    void repeatsTheMessageOfAnErrorAsItsDetail() {
        String token = newOwner();

        for (HttpResponse<String> response : List.of(
                server.get("/logs/nope", token),
                server.get("/logs/" + Ids.next(), token),
                server.get("/logs/nope", ""),
                server.get("/nowhere", token),
                cleanUp("?days=1", token))) {
            assertThat(json(response).get("detail").asText()).isEqualTo(message(response));
            assertThat(json(response).at("/error/code").asText()).isNotEmpty();
        }
    }

    @Test
    void asksForTheScopeAndHidesWhatIsOthers() {
        String owner = server.anOwner();
        String token = server.token(owner);
        String id = record(token, "w", daysAgo(40));
        String workflow = json(server.get("/workflows/w", token)).get("id").asText();
        String writer = server.token(owner, "executions:write", "executions:cleanup");
        String reader = server.token(owner, "executions:read");
        String stranger = newOwner();

        for (String path : List.of(
                "/workflows/" + workflow,
                "/workflows/" + workflow + "/logs",
                "/workflows/" + workflow + "/logs/count",
                "/logs/" + id)) {
            assertThat(server.get(path, writer).statusCode()).as(path).isEqualTo(403);
            assertThat(server.get(path, reader).statusCode()).as(path).isEqualTo(200);
            assertThat(server.get(path, stranger).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(server.get("/workflows", writer).statusCode()).isEqualTo(403);
        assertThat(cleanUp("", reader).statusCode()).isEqualTo(403);
        assertThat(exists(id, token)).isTrue();
    }

    private static String logs(String query) {
        return "/workflows/deep/logs" + query;
    }

    private static long total(HttpResponse<String> response) {
        return response.headers().firstValueAsLong("X-Total-Count").orElseThrow();
    }
}
