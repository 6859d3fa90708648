package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a small heap, and queries that want more than it has. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AnswerMemoryTest {
    private static final int ROWS = 200;
    private static final int ROW_BYTES = 250_000;
    private static final Set<String> REFUSALS = Set.of("BAD_INPUT", "OVERLOADED");

    private RunningServer server;
    private List<String> tokens;
    private String withSteps;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.startProcess(
                database.url(), "JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError");
        tokens = List.of(server.token("large-1"), server.token("large-2"), server.token("large-3"));
        tokens.forEach(this::record);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ executions(first: 200) { nodes { payload result } } }",
                "{ executions(first: 200) { nodes { id labels payload } } }",
                "{ executions(first: 200) { nodes { error { stackTrace details } payload } } }",
                "{ executions(first: 200) { nodes { steps(first: 50) { nodes { input output } } } } }",
                "{ workflows(first: 1) { nodes { executions(first: 200) { nodes { payload result } } } } }",
                "{ executions(first: 10) { nodes { ALIASES } } }",
                "{ LISTS }",
            })
    void survivesEightAtOnceOfEachOwner(String template) {
        String query = template.replace("ALIASES", aliased(40, "payload"))
                .replace("LISTS", aliased(20, "executions(first: 8) { nodes { payload result } }"));
        for (int round = 0; round < 2; round++) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tokens.forEach(token -> answers.add(CompletableFuture.supplyAsync(() -> send(token, query))));
            }

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                JsonNode body = json(answer.join());
                assertThat(body.at("/errors/0/extensions/code").asText()).isIn(REFUSALS);
            }
        }
        assertServes();
    }

    @Test
    void explainsATooLargeResponse() {
        JsonNode answer = server.graphql(tokens.get(0), "{ executions(first: 200) { nodes { payload result } } }");

        assertThat(answer.at("/errors/0/message").asText()).contains("graphql.response-max-bytes", "smaller `first`");
        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(answer.get("errors")).hasSize(1);
    }

    @Test
    void returnsResponsesBelowTheLimit() {
        JsonNode answer = server.data(tokens.get(1), "{ executions(first: 10) { nodes { payload result } } }");

        assertThat(answer.at("/executions/nodes")).hasSize(10);
        assertThat(answer.at("/executions/nodes/0/payload").asText()).hasSize(ROW_BYTES);
    }

    /** To compress eight megabytes would hold up everybody else for a tenth of a second. */
    @Test
    void compressesOnlySmallResponses() {
        assertThat(encoding("{ executions(first: 200) { nodes { id } } }")).hasValue("gzip");
        assertThat(encoding("{ executions(first: 10) { nodes { payload } } }")).isNotEqualTo(Optional.of("gzip"));
    }

    private Optional<String> encoding(String query) {
        HttpResponse<String> answer = server.send(server.request("/graphql", tokens.get(1))
                .header("Content-Type", "application/json")
                .header("Accept-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"" + query + "\"}")));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("Content-Encoding");
    }

    @Test
    void releasesTheMemoryOfAResponse() {
        for (int i = 0; i < 100; i++) {
            JsonNode answer = server.data(tokens.get(1), "{ executions(first: 10) { nodes { payload } } }");
            assertThat(answer.at("/executions/nodes")).hasSize(10);
        }
    }

    @Test
    void endsASubscriptionOnATooLargeEvent() {
        Subscriber subscriber = server.subscriber(tokens.get(2));
        subscriber.subscribe(
                "1",
                "subscription { executionUpdated(id: \"" + withSteps + "\") { kind execution { "
                        + aliased(40, "payload") + " } } }");

        assertThat(subscriber.next("error").toString()).contains("BAD_INPUT", "graphql.response-max-bytes");
        assertServes();
    }

    /** 620 texts of 15 KB took all of the heap, also those that were refused. */
    @ParameterizedTest
    @ValueSource(strings = {"id", "nope"})
    void keepsNoMoreQueriesThanTheirShareOfMemory(String field) {
        String fields = (field + " ").repeat(15_000 / (field.length() + 1));
        for (int i = 0; i < 400; i++) {
            send(tokens.get(0), "{ executions(first: 1) { nodes { " + fields + "} } } #" + i);
        }
        assertServes();
    }

    @Test
    void takesAnyNumbers() {
        String token = server.token("numbers");
        String numbers = "1e9999,".repeat(9_000) + "1";
        String body = "{\"query\":\"query($a: JSON) { executions(filter: {labels: $a}) { nodes { id } } }\","
                + "\"variables\":{\"a\":[" + numbers + "]}}";
        for (int i = 0; i < 30; i++) {
            assertThat(post(token, body).body()).contains("BAD_INPUT");
            String start =
                    "{\"query\":\"mutation($i: StartExecutionInput!) { startExecution(input: $i) { execution { id } } }\","
                            + "\"variables\":{\"i\":{\"workflowKey\":\"numbers\",\"payload\":[" + numbers + "]}}}";
            assertThat(post(token, start).body()).contains("\"id\"");
        }
        assertServes();
    }

    private void assertServes() {
        assertThat(server.data(tokens.get(2), "{ executions(first: 1) { nodes { id } } }")
                        .at("/executions/nodes"))
                .hasSize(1);
    }

    private HttpResponse<String> send(String token, String query) {
        return post(token, "{\"query\":\"" + query + "\"}");
    }

    private HttpResponse<String> post(String token, String body) {
        return server.send(server.request("/graphql", token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String aliased(int times, String field) {
        return IntStream.range(0, times)
                .mapToObj(i -> "a" + i + ": " + field + " ")
                .collect(Collectors.joining());
    }

    private void record(String token) {
        String text = "\"" + "x".repeat(ROW_BYTES) + "\"";
        for (int row = 0; row < ROWS; row += 10) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 10; i++) {
                withSteps = Ids.next().toString();
                lines.append("{\"event\":\"execution\",\"workflow\":\"w\",\"status\":\"FAILED\",\"id\":\"")
                        .append(withSteps)
                        .append("\",\"labels\":{\"a\":\"b\"},\"payload\":")
                        .append(text)
                        .append(",\"result\":")
                        .append(text)
                        .append(",\"error\":{\"message\":\"m\",\"stackTrace\":\"")
                        .append("y".repeat(60_000))
                        .append("\"}}\n");
            }
            lines.append("{\"event\":\"steps\",\"id\":\"" + withSteps + "\",\"steps\":[");
            for (int step = 0; step < 2; step++) {
                lines.append(step == 0 ? "" : ",")
                        .append("{\"index\":" + step + ",\"name\":\"s\",\"status\":\"SUCCESS\",\"input\":" + text
                                + "}");
            }
            lines.append("]}\n");
            assertThat(server.events(token, lines.toString()).body()).contains("\"recorded\":11");
        }
    }
}
