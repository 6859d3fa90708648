package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lists say of the rows beyond their pages, and in which order labels come. */
@ServerTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageEndsTest {
    private static final String PAGE = "{ nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor } }";

    private RunningServer server;
    private String token;
    private String workflowId;
    /** A cursor of the only execution, which has a step and is a success. */
    private String cursor;

    private String stepCursor;

    @BeforeAll
    void start(RunningServer started) {
        server = started;
        token = server.token("ada", "executions:read", "executions:write", "executions:cleanup");
        UUID id = Ids.next();
        record(
                "{\"event\":\"execution\",\"workflow\":\"nightly\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\","
                        + "\"labels\":{\"zone\":\"a\",\"env\":\"prod\",\"team\":\"data\",\"app\":\"x\"}}",
                "{\"event\":\"steps\",\"id\":\"" + id
                        + "\",\"steps\":[{\"index\":0,\"name\":\"load\",\"status\":\"SUCCESS\"}]}");
        JsonNode read = server.data(
                token,
                "{ executions { pageInfo { startCursor } nodes { workflow { id } steps { pageInfo { startCursor } } } } }");
        cursor = read.at("/executions/pageInfo/startCursor").asText();
        workflowId = read.at("/executions/nodes/0/workflow/id").asText();
        stepCursor = read.at("/executions/nodes/0/steps/pageInfo/startCursor").asText();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "executions(status: [CRASHED], after: $c)",
                "executions(status: [SUCCESS], filter: {trigger: \"cron\"}, after: $c)",
                "executions(status: [CRASHED], last: 5, before: $c)",
                "executions(status: [CRASHED], after: $c, before: $c)"
            })
    void showNothingBeyondAnEmptyListsForeignCursor(String list) {
        assertThat(ends(server.data(token, "query($c: String) { " + list + PAGE + " }", "c", cursor), "/executions"))
                .isEqualTo(Ends.NOTHING);
        assertThat(ends(
                        server.data(
                                token,
                                "query($c: String, $w: ID!) { workflow(id: $w) { " + list + PAGE + " } }",
                                "c",
                                cursor,
                                "w",
                                workflowId),
                        "/workflow/executions"))
                .isEqualTo(Ends.NOTHING);
    }

    @Test
    void showWhatPrecedesAnEmptyPage() {
        assertThat(ends(
                        server.data(token, "query($c: String) { executions(after: $c) " + PAGE + " }", "c", cursor),
                        "/executions"))
                .isEqualTo(Ends.PREVIOUS);
        assertThat(ends(
                        server.data(
                                token,
                                "query($c: String, $w: ID!) { workflow(id: $w) { executions(status: [SUCCESS], after: $c)"
                                        + PAGE + " } }",
                                "c",
                                cursor,
                                "w",
                                workflowId),
                        "/workflow/executions"))
                .isEqualTo(Ends.PREVIOUS);
    }

    @Test
    void showWhatFollowsAnEmptyPage() {
        assertThat(ends(
                        server.data(
                                token,
                                "query($c: String) { executions(filter: {labels: {env: \"prod\"}}, last: 5, before: $c) "
                                        + PAGE + " }",
                                "c",
                                cursor),
                        "/executions"))
                .isEqualTo(Ends.NEXT);
    }

    @Test
    void showNothingBeyondTheCursorOfStepsThatAreNotThere() {
        record("{\"event\":\"execution\",\"workflow\":\"bare\",\"id\":\"" + Ids.next() + "\",\"status\":\"SUCCESS\"}");

        JsonNode nodes = server.data(
                        token,
                        "query($c: String) { executions { nodes { workflow { key } steps(after: $c) { nodes { index } "
                                + "pageInfo { hasNextPage hasPreviousPage } } } } }",
                        "c",
                        stepCursor)
                .at("/executions/nodes");

        for (JsonNode node : nodes) {
            boolean bare = node.at("/workflow/key").asText().equals("bare");
            assertThat(ends(node, "/steps")).isEqualTo(bare ? Ends.NOTHING : Ends.PREVIOUS);
        }
    }

    @Test
    void showNothingBeyondTheCursorOfAnEmptySearch() {
        String found = server.data(token, "{ workflows { pageInfo { startCursor } } }")
                .at("/workflows/pageInfo/startCursor")
                .asText();

        assertThat(ends(
                        server.data(
                                token,
                                "query($c: String) { workflows(search: \"absent\", after: $c) " + PAGE + " }",
                                "c",
                                found),
                        "/workflows"))
                .isEqualTo(Ends.NOTHING);
    }

    @Test
    void showNothingBeyondTheCursorOfAnEmptyLedger() {
        server.data(token, "mutation { cleanupExecutions(input: {olderThan: \"P300D\"}) { cleanup { id } } }");
        String found = server.data(token, "{ cleanups { pageInfo { startCursor } } }")
                .at("/cleanups/pageInfo/startCursor")
                .asText();
        String other = server.token("bob", "executions:cleanup");

        assertThat(ends(
                        server.data(other, "query($c: String) { cleanups(after: $c) " + PAGE + " }", "c", found),
                        "/cleanups"))
                .isEqualTo(Ends.NOTHING);
    }

    @Test
    void sortLabelsByKey() {
        assertThat(server.data(token, "{ executions(filter: {labels: {env: \"prod\"}}) { nodes { labels } } }")
                        .at("/executions/nodes/0/labels")
                        .toString())
                .isEqualTo("{\"app\":\"x\",\"env\":\"prod\",\"team\":\"data\",\"zone\":\"a\"}");
        assertThat(server.data(
                                token,
                                "mutation($input: StartExecutionInput!) { startExecution(input: $input) "
                                        + "{ execution { labels } } }",
                                "input",
                                Map.of("workflowKey", "labelled", "labels", Map.of("b", "1", "a", "2", "c", "3")))
                        .at("/startExecution/execution/labels")
                        .toString())
                .isEqualTo("{\"a\":\"2\",\"b\":\"1\",\"c\":\"3\"}");
    }

    @Test
    void rejectStatisticsOfPartsOfAQuarter() {
        String within = "2026-07-15T10:07:00Z";

        for (String bound : new String[] {"from", "to"}) {
            JsonNode error = server.graphql(
                            token,
                            "query($m: DateTime) { statistics(" + bound + ": $m) { recordedPerDay } }",
                            "m",
                            within)
                    .at("/errors/0");
            assertThat(error.at("/extensions/code").asText()).isEqualTo("BAD_INPUT");
            assertThat(error.at("/message").asText()).contains("`" + bound + "`", within, "2026-07-15T10:00:00Z");
        }
        assertThat(server.code(
                        token,
                        "{ statistics(from: \"2026-07-15T02:00:00+02:00\", to: \"2026-07-16T00:00:00Z\") "
                                + "{ recordedPerDay } }"))
                .isEqualTo("none");
    }

    private void record(String... events) {
        assertThat(RunningServer.json(server.events(token, String.join("\n", events) + "\n"))
                        .get("recorded")
                        .asInt())
                .isEqualTo(events.length);
    }

    /** A page without rows, and whether there are rows before and after it. */
    private record Ends(int rows, boolean hasPrevious, boolean hasNext) {
        static final Ends NOTHING = new Ends(0, false, false);
        static final Ends PREVIOUS = new Ends(0, true, false);
        static final Ends NEXT = new Ends(0, false, true);
    }

    private static Ends ends(JsonNode data, String list) {
        JsonNode page = data.at(list);
        return new Ends(
                page.get("nodes").size(),
                page.at("/pageInfo/hasPreviousPage").asBoolean(),
                page.at("/pageInfo/hasNextPage").asBoolean());
    }
}
