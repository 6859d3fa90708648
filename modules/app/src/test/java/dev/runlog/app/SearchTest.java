package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Search in all parts of executions, ignoring case in every script. */
@ServerTest
final class SearchTest {
    private final RunningServer server;
    private String token;

    SearchTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        token = server.token(server.anOwner());
    }

    @ParameterizedTest
    @CsvSource({
        "ärger, Ärger",
        "ÄRGER, {\"text\":\"viel ärger\"}",
        "ошибка, Ошибка",
        "STRASSE, Hauptstraße 1",
        "straße, HAUPTSTRASSE",
        "order 4711, {\"order\":\"Order 4711\"}",
        "'say \"hi\"', '{\"text\":\"Say \\\"Hi\\\"\"}'",
        "'c:\\temp', '{\"path\":\"C:\\\\TEMP\"}'",
        "ärger, {\"text\":\"\\u00c4rger\"}",
        "100%, done: 100%",
        "a_b, A_B",
    })
    void findsTextInEveryPart(String search, String text) {
        String json = text.startsWith("{") ? text : "\"" + text + "\"";
        for (String part :
                List.of("payload", "result", "errorMessage", "errorType", "stackTrace", "trigger", "label")) {
            boolean isJson = part.equals("payload") || part.equals("result");
            if (!isJson && text.startsWith("{")) {
                continue;
            }
            record(part, isJson ? json : "\"" + text + "\"");

            assertThat(found(Map.of("search", search, "labels", Map.of("part", part))))
                    .as(part)
                    .containsExactly(part);
        }
        assertThat(found(Map.of("search", "axb"))).isEmpty();
    }

    private void record(String part, String json) {
        String started =
                part.equals("payload") ? ",\"payload\":" + json : part.equals("trigger") ? ",\"trigger\":" + json : "";
        String labels = "{\"part\":\"" + part + "\"" + (part.equals("label") ? ",\"text\":" + json : "") + "}";
        String finished =
                switch (part) {
                    case "result" -> ",\"result\":" + json + ",\"status\":\"SUCCESS\"";
                    case "errorMessage" -> ",\"status\":\"FAILED\",\"error\":{\"message\":" + json + "}";
                    case "errorType" -> ",\"status\":\"FAILED\",\"error\":{\"message\":\"m\",\"type\":" + json + "}";
                    case "stackTrace" ->
                        ",\"status\":\"FAILED\",\"error\":{\"message\":\"m\",\"stackTrace\":" + json + "}";
                    default -> ",\"status\":\"SUCCESS\"";
                };
        String id = Ids.next().toString();
        assertThat(RunningServer.json(server.events(
                                token,
                                "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"labels\":" + labels
                                        + started + "}\n{\"event\":\"finished\",\"id\":\"" + id + "\"" + finished
                                        + "}\n"))
                        .get("recorded")
                        .asInt())
                .isEqualTo(2);
    }

    private List<String> found(Map<String, Object> filter) {
        return texts(
                server.data(
                                token,
                                "query($f: ExecutionFilter) { executions(filter: $f) { nodes { labels } } }",
                                "f",
                                filter)
                        .at("/executions/nodes"),
                "/labels/part");
    }

    @Test
    void findsFailuresByTextThatTheirListLacks() {
        String id = Ids.next().toString();
        server.events(
                token,
                "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"payload\":{\"order\":4711},"
                        + "\"labels\":{\"part\":\"failed\"}}\n{\"event\":\"finished\",\"id\":\"" + id
                        + "\",\"status\":\"FAILED\",\"error\":{\"message\":\"m\"}}\n");

        assertThat(found(Map.of("search", "4711", "statuses", List.of("FAILED"))))
                .containsExactly("failed");
        assertThat(found(Map.of("not", Map.of("search", "4711")))).isEmpty();
        assertThat(found(Map.of("search", "4712", "statuses", List.of("FAILED"))))
                .isEmpty();
    }

    @Test
    void ignoresCaseInErrorsAndWorkflows() {
        record("errorMessage", "\"Großer Ärger\"");
        server.data(token, "mutation { upsertWorkflow(input: {key: \"w\", name: \"Ошибка\"}) { workflow { id } } }");

        assertThat(found(Map.of("errorContains", "GROSSER ÄRGER"))).hasSize(1);
        assertThat(server.data(token, "{ workflows(search: \"ошибка\") { totalCount } }")
                        .at("/workflows/totalCount")
                        .asInt())
                .isEqualTo(1);
    }
}
