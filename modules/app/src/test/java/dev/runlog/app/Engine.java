package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An owner's engine: records by {@code POST /events} and reads what is stored. */
final class Engine {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunningServer server;
    private final String token;

    Engine(RunningServer server, String owner) {
        this.server = server;
        this.token = server.token(owner, "executions:read", "executions:write", "executions:cleanup");
    }

    /** The line of an event; members are given as names and values, of which null is left out. */
    static String event(String kind, @Nullable Object... members) {
        Map<String, Object> event = new LinkedHashMap<>(Map.of("event", kind));
        for (int i = 0; i < members.length; i += 2) {
            if (members[i + 1] != null) {
                event.put((String) members[i], members[i + 1]);
            }
        }
        try {
            return JSON.writeValueAsString(event);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static Map<String, Object> step(int index, String status) {
        return Map.of("index", index, "name", "step " + index, "status", status);
    }

    /** The report about the lines of one body. */
    JsonNode send(String... lines) {
        HttpResponse<String> answer = server.events(token, String.join("\n", lines));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return RunningServer.json(answer);
    }

    /** Sends lines of which none may be refused. */
    JsonNode record(String... lines) {
        JsonNode report = send(lines);
        assertThat(report.get("rejected")).as(report.toString()).isEmpty();
        return report;
    }

    /** The execution with an external ID; a JSON null if there is none. */
    JsonNode find(String externalId, String fields) {
        return find(externalId, null, fields);
    }

    JsonNode find(String externalId, @Nullable String source, String fields) {
        return data(
                        "query($id: String!, $source: String) { execution(externalId: $id, source: $source) { " + fields
                                + " } }",
                        "id",
                        externalId,
                        "source",
                        source)
                .get("execution");
    }

    JsonNode get(Object id, String fields) {
        return data("query($id: ID!) { execution(id: $id) { " + fields + " } }", "id", id.toString())
                .get("execution");
    }

    JsonNode data(String query, @Nullable Object... variables) {
        return server.data(token, query, variables);
    }

    JsonNode graphql(String query, @Nullable Object... variables) {
        return server.graphql(token, query, variables);
    }

    /** Deletes everything that has ended, and waits for it. */
    void cleanUp() {
        String id = data("mutation { cleanupExecutions(input: {olderThan: \"PT0S\"}) { cleanup { id } } }")
                .at("/cleanupExecutions/cleanup/id")
                .asText();
        RunningServer.awaitThat(() -> data("query($id: ID!) { cleanup(id: $id) { state } }", "id", id)
                .at("/cleanup/state")
                .asText()
                .equals("COMPLETED"));
    }

    static List<String> messages(JsonNode entries) {
        return RunningServer.texts(entries, "/message");
    }
}
