package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that ended must never stay RUNNING because its error or result was odd. */
@ServerTest
final class FinishTest {
    private static final String FINISH =
            "mutation($input: FinishExecutionInput!) { finishExecution(input: $input) { execution { id } } }";

    private final RunningServer server;
    private final String token;

    FinishTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    /** The rest of a finished event, and the marks that it gets. */
    private record Odd(String rest, List<String> truncated, List<String> sanitized) {}

    static List<Odd> odd() {
        return List.of(
                new Odd("\"error\":{\"message\":\"a\\u0000b\"}", List.of(), List.of("ERROR_MESSAGE")),
                new Odd("\"error\":{\"message\":\"a\\ud800b\"}", List.of(), List.of("ERROR_MESSAGE")),
                new Odd("\"error\":{\"stackTrace\":\"at \\u0000\\udc00\"}", List.of(), List.of("STACK_TRACE")),
                new Odd("\"error\":{\"type\":\"" + "T".repeat(300) + "\"}", List.of("ERROR_TYPE"), List.of()),
                new Odd("\"error\":{\"type\":\"" + "T".repeat(10_000) + "\"}", List.of("ERROR_TYPE"), List.of()),
                new Odd("\"startedAt\":\"0001-01-01T00:00:00Z\"", List.of(), List.of()),
                new Odd("\"startedAt\":\"2999-01-01T00:00:00Z\"", List.of(), List.of()),
                new Odd("\"error\":{\"type\":\"a\\u0000\"}", List.of(), List.of("ERROR_TYPE")),
                new Odd("\"error\":{\"details\":\"" + "x".repeat(300_000) + "\"}", List.of("ERROR_DETAILS"), List.of()),
                new Odd("\"error\":{\"details\":{\"a\":\"\\ud800\"}}", List.of(), List.of("ERROR_DETAILS")),
                new Odd("\"result\":[" + "1,".repeat(200_000) + "1]", List.of("RESULT"), List.of()),
                new Odd("\"result\":{\"\\ud800\":\"\\udc00\\u0000\"}", List.of(), List.of("RESULT")),
                new Odd("\"result\":" + "[".repeat(20_000) + "]".repeat(20_000), List.of("RESULT"), List.of()),
                new Odd("\"result\":" + "7".repeat(5000), List.of(), List.of()),
                new Odd(
                        "\"result\":{\"" + "n".repeat(60_000) + "\":1,\"a\":1,\"a\":\"\\u00e9\"}",
                        List.of(),
                        List.of()),
                new Odd("\"finishedAt\":\"1999-01-01T00:00:00Z\"", List.of(), List.of()),
                new Odd("\"finishedAt\":\"2999-01-01T00:00:00Z\"", List.of(), List.of()));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void acceptsAnyFinishedEvent(Odd odd) {
        UUID id = started();

        HttpResponse<String> answer = server.events(
                token, "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\"," + odd.rest() + "}");

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        // Some are beyond what this client's own parser accepts, so that they are not asked for.
        JsonNode execution = server.data(
                        token,
                        "query($id: ID!) { execution(id: $id) { status truncated sanitized } }",
                        "id",
                        id.toString())
                .get("execution");
        assertThat(execution.get("status").asText()).isEqualTo("FAILED");
        assertThat(execution.get("truncated")).extracting(JsonNode::asText).isEqualTo(odd.truncated());
        assertThat(execution.get("sanitized")).extracting(JsonNode::asText).isEqualTo(odd.sanitized());
    }

    /** Bytes that are not UTF-8, such as a message in Latin-1. */
    @Test
    void replacesBytesThatAreNotUtf8() {
        UUID id = started();
        String line =
                "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\",\"result\":{\"é\":\"\u00ff\"},"
                        + "\"error\":{\"message\":\"café\",\"details\":[\"é\"]}}";

        HttpResponse<String> answer = server.send(server.request("/events", token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofByteArray(line.getBytes(StandardCharsets.ISO_8859_1))));

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        JsonNode execution = execution(id);
        assertThat(execution.at("/error/message").asText()).isEqualTo("caf\uFFFD");
        assertThat(execution.get("result").toString()).isEqualTo("{\"\uFFFD\":\"\uFFFD\"}");
        assertThat(execution.at("/error/details/0").asText()).isEqualTo("\uFFFD");
    }

    /** As Python's json.dumps writes them. */
    @Test
    void recordsNumbersThatJsonDoesNotHaveAsStrings() {
        UUID id = started();

        HttpResponse<String> answer = server.events(
                token,
                "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\","
                        + "\"result\":[NaN,-Infinity,{\"NaN\\\"\":Infinity},\"é NaN\"],\"error\":{\"details\":NaN}}");

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        JsonNode execution = execution(id);
        assertThat(execution.get("result").toString())
                .isEqualTo("[\"NaN\",\"-Infinity\",{\"NaN\\\"\":\"Infinity\"},\"é NaN\"]");
        assertThat(execution.at("/error/details").asText()).isEqualTo("NaN");
    }

    @Test
    void returnsWhatWasCutAsAStringAndWhatWasReplacedAsU_FFFD() {
        UUID id = started();

        server.events(
                token,
                "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\",\"result\":[\"€\","
                        + "1,".repeat(200_000) + "1],\"error\":{\"message\":\"a\\u0000\\ud800b\","
                        + "\"details\":{\"a\":\"\\ud800\"}}}");

        JsonNode execution = execution(id);
        assertThat(execution.get("result").isTextual()).isTrue();
        assertThat(execution.get("result").asText()).startsWith("[\"€\",1,1").hasSizeGreaterThan(262_000);
        assertThat(execution.at("/error/message").asText()).isEqualTo("a\uFFFD\uFFFDb");
        assertThat(execution.at("/error/details/a").asText()).isEqualTo("\uFFFD");
    }

    static List<Arguments> errorsOfAnotherShape() {
        return List.of(
                Arguments.of("'boom'", "{'message':'boom','type':null,'stackTrace':null,'details':null}"),
                Arguments.of("5", "{'message':null,'type':null,'stackTrace':null,'details':5}"),
                Arguments.of("[1,'a']", "{'message':null,'type':null,'stackTrace':null,'details':[1,'a']}"),
                Arguments.of("{}", "null"),
                Arguments.of(
                        "{'message':5,'type':'T'}",
                        "{'message':'5','type':'T','stackTrace':null,'details':{'message':5,'type':'T'}}"),
                Arguments.of(
                        "{'message':{'en':'boom'}}",
                        "{'message':'{\\'en\\':\\'boom\\'}','type':null,'stackTrace':null,'details':{'message':{'en':'boom'}}}"),
                Arguments.of(
                        "{'message':null,'code':7,'status':'RUNNING'}",
                        "{'message':null,'type':null,'stackTrace':null,'details':{'message':null,'code':7,'status':'RUNNING'}}"),
                Arguments.of(
                        "{'message':'m','details':[1],'code':7}",
                        "{'message':'m','type':null,'stackTrace':null,'details':{'message':'m','details':[1],'code':7}}"));
    }

    @ParameterizedTest
    @MethodSource("errorsOfAnotherShape")
    void keepsAnErrorOfAnotherShape(String sent, String expected) throws IOException {
        UUID id = started();

        HttpResponse<String> answer = server.events(
                token,
                "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\",\"error\":"
                        + sent.replace('\'', '"') + "}");

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        JsonNode execution = execution(id);
        assertThat(execution.get("status").asText()).isEqualTo("FAILED");
        assertThat(execution.get("error")).isEqualTo(new ObjectMapper().readTree(expected.replace('\'', '"')));
    }

    @Test
    void acceptsAnyFinishExecution() {
        UUID id = started();
        String bad = "a\u0000\uD800";
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", bad);
        error.put("type", "T".repeat(300) + bad);
        error.put("stackTrace", bad);
        error.put("details", Map.of("deep", nested(600), "text", bad));
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("executionId", id.toString());
        input.put("status", "FAILED");
        input.put("finishedAt", "1999-01-01T00:00:00Z");
        input.put("result", "x".repeat(400_000));
        input.put("error", error);

        JsonNode answer = server.graphql(token, FINISH, "input", input);

        assertThat(answer.has("errors")).as("%.500s", answer).isFalse();
        JsonNode execution = execution(id);
        assertThat(execution.get("status").asText()).isEqualTo("FAILED");
        assertThat(execution.get("durationMillis").asInt()).isZero();
        assertThat(execution.get("truncated"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("RESULT", "ERROR_DETAILS", "ERROR_TYPE");
        assertThat(execution.get("sanitized"))
                .extracting(JsonNode::asText)
                .contains("ERROR_MESSAGE", "STACK_TRACE", "ERROR_TYPE");
    }

    @Test
    void acceptsStepsWithAnyTextAndMarksThem() {
        UUID id = started();

        HttpResponse<String> answer = server.events(
                token,
                "{\"event\":\"steps\",\"id\":\"" + id + "\",\"steps\":[{\"index\":0,\"name\":\"" + "n".repeat(300)
                        + "\",\"kind\":\"a\\u0000\",\"status\":\"FAILED\",\"input\":{\"Api-Key\":\"x\"},\"output\":\""
                        + "x".repeat(300_000) + "\",\"error\":\"\\ud800\"}]}");

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        assertThat(execution(id).at("/steps/nodes/0"))
                .hasToString("{\"status\":\"FAILED\",\"truncated\":[\"NAME\",\"OUTPUT\"],"
                        + "\"sanitized\":[\"KIND\",\"ERROR_MESSAGE\"],\"redacted\":[\"INPUT\"],"
                        + "\"input\":{\"Api-Key\":\"[redacted]\"}}");
    }

    @Test
    void redactsByDefault() {
        UUID id = Ids.next();
        String payload = "{\"Password\":\"s3cr3t\",\"Authorization\":\"s3cr3t\",\"Cookie\":\"s3cr3t\","
                + "\"client_secret\":\"s3cr3t\",\"token\":\"s3cr3t\",\"apiKey\":\"s3cr3t\",\"x-api-key\":\"s3cr3t\","
                + "\"password_hash\":\"s3cr3t\",\"password1\":[\"s3cr3t\"],\"headers\":[[\"X-Api-Key\",\"s3cr3t\"]],"
                + "\"tokens\":512,\"url\":\"https://app:s3cr3t@example.com/\"}";

        HttpResponse<String> answer = server.events(
                token,
                "{\"event\":\"execution\",\"workflow\":\"secrets\",\"id\":\"" + id
                        + "\",\"status\":\"FAILED\",\"payload\":"
                        + payload + ",\"result\":" + payload + ",\"labels\":{\"api-key\":\"s3cr3t\"},"
                        + "\"error\":{\"message\":\"Authorization: Bearer s3cr3t-t0ken\",\"stackTrace\":\"x\\n"
                        + "password=s3cr3t\",\"details\":" + payload + "}}");

        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        JsonNode execution = execution(id);
        assertThat(execution.toString()).doesNotContain("s3cr3t").contains("512");
        assertThat(execution.get("redacted").asInt()).isEqualTo(3 * 11 + 3);
    }

    @Test
    void rejectsKeysWithTerminalControls() {
        for (String key : List.of("a\\u001b]0;x\\u0007\\u001b[2J", "a\\u202eb", "a\\nb")) {
            HttpResponse<String> answer = server.events(token, "{\"event\":\"started\",\"workflow\":\"" + key + "\"}");

            assertThat(json(answer).at("/rejected/0/code").asText())
                    .as(answer.body())
                    .isEqualTo("BAD_INPUT");
        }
        assertThat(server.code(
                        token,
                        "mutation($k: String!) { upsertWorkflow(input: {key: $k}) { workflow { id } } }",
                        "k",
                        "a\u001b[2J"))
                .isEqualTo("BAD_INPUT");
    }

    private UUID started() {
        UUID id = Ids.next();
        HttpResponse<String> answer =
                server.events(token, "{\"event\":\"started\",\"workflow\":\"odd\",\"id\":\"" + id + "\"}");
        assertThat(json(answer).get("recorded").asInt()).as(answer.body()).isEqualTo(1);
        return id;
    }

    private JsonNode execution(UUID id) {
        return server.data(
                        token,
                        "query($id: ID!) { execution(id: $id) { status durationMillis truncated sanitized redacted labels"
                                + " payload result error { message type stackTrace details }"
                                + " steps { nodes { status truncated sanitized redacted input } } } }",
                        "id",
                        id.toString())
                .get("execution");
    }

    private static Object nested(int depth) {
        Object value = 1;
        for (int i = 0; i < depth; i++) {
            value = List.of(value);
        }
        return value;
    }
}
