package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters, orders, pages and counts of lists of executions. */
@ServerTest
final class ExecutionListTest {
    private final RunningServer server;

    ExecutionListTest(RunningServer server) {
        this.server = server;
    }

    /** Rows, totalCount and statistics agree for all bounds. */
    @ParameterizedTest
    @CsvSource({
        "startedAfter, 0001-01-01T00:00:00Z, 3",
        "startedAfter, 0000-01-01T00:00:00Z, 3",
        "startedAfter, 1900-01-01T00:00:00Z, 3",
        "startedAfter, 1969-12-31T23:59:59.999Z, 3",
        "startedAfter, 1970-01-01T00:00:00Z, 3",
        "startedAfter, 9999-12-31T23:59:59Z, 0",
        "startedBefore, 0001-01-01T00:00:00Z, 0",
        "startedBefore, 1900-01-01T00:00:00Z, 0",
        "startedBefore, 1900-01-01T00:00:00.001Z, 0",
        "startedBefore, 1969-12-31T23:59:59.999Z, 0",
        "startedBefore, 1970-01-01T00:00:00Z, 0",
        "startedBefore, 9999-12-31T23:59:59.999Z, 3",
    })
    void filtersByAnyMoment(String member, String moment, int expected) {
        String token = server.token(server.anOwner());
        SampleRuns.record(server, token, 3, "any-moment");

        JsonNode found = server.data(
                token,
                "query($filter: ExecutionFilter) { executions(filter: $filter) { totalCount countAtLeast nodes { id } } "
                        + "workflows { nodes { executions(filter: $filter) { totalCount nodes { id } } } } "
                        + "merged: executions(filter: $filter, status: [SUCCESS, FAILED, CANCELLED, RUNNING]) { totalCount nodes { id } } }",
                "filter",
                Map.of(member, moment));

        for (String list : List.of("/executions", "/workflows/nodes/0/executions", "/merged")) {
            assertThat(found.at(list + "/totalCount").asInt()).as(list).isEqualTo(expected);
            assertThat(found.at(list + "/nodes")).as(list).hasSize(expected);
        }
        assertThat(found.at("/executions/countAtLeast").asInt()).isEqualTo(expected);
    }

    @Test
    void filtersByPartsOfAMillisecond() {
        String token = server.token(server.anOwner());
        Instant start = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        server.events(token, "{\"event\":\"started\",\"workflow\":\"w\",\"startedAt\":\"" + start + "\"}\n");
        String query = "query($f: ExecutionFilter) { executions(filter: $f) { totalCount } }";
        Instant within = start.plusNanos(500_000);

        assertThat(server.data(token, query, "f", Map.of("startedAfter", within.toString()))
                        .at("/executions/totalCount")
                        .asInt())
                .isZero();
        assertThat(server.data(token, query, "f", Map.of("startedBefore", within.toString()))
                        .at("/executions/totalCount")
                        .asInt())
                .isOne();
    }

    @Test
    void filtersNothingByAnEmptyText() {
        String token = server.token(server.anOwner());
        SampleRuns.record(server, token, 3, "empty-text");

        JsonNode found = server.data(
                token,
                "{ executions(filter: {errorContains: \"\"}) { totalCount } workflows(search: \"\") { totalCount } }");

        assertThat(found.at("/executions/totalCount").asInt()).isEqualTo(3);
        assertThat(found.at("/workflows/totalCount").asInt()).isEqualTo(1);
    }

    @Test
    void pagesThroughEverythingInBothDirections() {
        String owner = server.anOwner();
        String token = server.token(owner);
        List<String> ids = SampleRuns.record(server, token, 25, "paged");
        for (String order : List.of("STARTED_AT_DESC", "STARTED_AT_ASC", "DURATION_DESC", "DURATION_ASC")) {
            List<String> forward = pages(token, order, "first: 7", "after", "endCursor", "hasNextPage");
            List<List<String>> backward = new ArrayList<>();
            for (String id : pages(token, order, "last: 7", "before", "startCursor", "hasPreviousPage")) {
                backward.add(List.of(id));
            }

            assertThat(forward).as(order).containsExactlyInAnyOrderElementsOf(ids);
            // Pages come from the end; within a page the order is the list's own.
            assertThat(backward.stream().map(page -> page.get(0)).toList())
                    .as(order)
                    .containsExactlyInAnyOrderElementsOf(ids);
        }
        List<String> newestFirst = pages(token, "STARTED_AT_DESC", "first: 7", "after", "endCursor", "hasNextPage");
        assertThat(newestFirst).isSortedAccordingTo(Collections.reverseOrder());
        List<String> oldestFirst = pages(token, "STARTED_AT_ASC", "first: 25", "after", "endCursor", "hasNextPage");
        assertThat(oldestFirst).isSorted();
    }

    @Test
    void countsExactlyWhatEachFilterLists() {
        String token = server.token(server.anOwner());
        SampleRuns.record(server, token, 30, "counted");
        String now = Instant.now().plusSeconds(60).toString();
        String longAgo = Instant.now().minusSeconds(3600).toString();
        for (String filter : List.of(
                "status: [FAILED]",
                "status: [SUCCESS, FAILED]",
                "status: [RUNNING, CANCELLED, CRASHED]",
                "filter: {labels: {even: \"true\"}}",
                "filter: {trigger: \"t1\"}",
                "filter: {minDuration: \"PT10S\", maxDuration: \"PT20S\"}",
                "filter: {errorContains: \"BOOM 3\"}",
                "filter: {errorContains: \"100%_\"}",
                "filter: {startedAfter: \"" + longAgo + "\", startedBefore: \"" + now + "\"}",
                "status: [FAILED], filter: {startedBefore: \"" + now + "\", trigger: \"t0\"}, orderBy: DURATION_ASC")) {
            JsonNode page = server.data(
                            token,
                            "{ executions(first: 200, " + filter + ") { totalCount countAtLeast nodes { id } } }")
                    .get("executions");

            assertThat(page.get("totalCount").asInt())
                    .as(filter)
                    .isEqualTo(page.get("nodes").size());
            assertThat(page.get("countAtLeast").asInt())
                    .as(filter)
                    .isEqualTo(page.get("nodes").size());
        }
        assertThat(server.data(token, "{ executions(status: [FAILED]) { totalCount } }")
                        .at("/executions/totalCount")
                        .asInt())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions(%s)", "workflows { nodes { executions(%s)"})
    void listsWhatIsHeldAndWhatIsNot(String list) {
        String alice = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        List<String> ids = SampleRuns.record(server, alice, 6, "some-held");
        for (int held : new int[] {0, 1, 3}) {
            server.data(
                    alice,
                    "mutation($id: ID!) { holdExecution(input: {executionId: $id}) { execution { id } } }",
                    "id",
                    ids.get(held));
        }

        assertThat(listed(alice, list, "filter: {held: true}"))
                .containsExactly("3", ids.get(0), ids.get(1), ids.get(3));
        assertThat(listed(alice, list, "filter: {held: false}"))
                .containsExactly("3", ids.get(2), ids.get(4), ids.get(5));
        assertThat(listed(alice, list, "status: [FAILED], filter: {held: true}"))
                .containsExactly("2", ids.get(0), ids.get(3));
        assertThat(listed(alice, list, "status: [FAILED, CANCELLED], filter: {held: false}"))
                .containsExactly("2", ids.get(2), ids.get(5));
    }

    /** How many a list has, and their ids. */
    private List<String> listed(String token, String list, String arguments) {
        String within = list.formatted(arguments + ", orderBy: STARTED_AT_ASC") + " { totalCount nodes { id } }";
        String closing = list.startsWith("workflows") ? " } }" : "";
        JsonNode found = server.data(token, "{ " + within + closing + " }").findValue("executions");
        List<String> shown = new ArrayList<>(List.of(found.get("totalCount").asText()));
        shown.addAll(texts(found.get("nodes"), "/id"));
        return shown;
    }

    @Test
    void readsAPageOfFiftyWithAsManyStatementsAsAPageOfFive() {
        String token = server.token(server.anOwner());
        for (int i = 0; i < 10; i++) {
            SampleRuns.record(server, token, 6, "wide-" + i);
        }

        double five = server.statementsOf(() -> readPage(token, 5));
        double fifty = server.statementsOf(() -> readPage(token, 50));

        assertThat(fifty).isEqualTo(five).isLessThanOrEqualTo(9);
    }

    private void readPage(String token, int size) {
        JsonNode page = server.data(
                token,
                "{ executions(first: " + size
                        + ") { totalCount nodes { id payload result workflow { name executions(first: 2) "
                        + "{ totalCount nodes { id } } } steps(first: 2) { nodes { name } } parent { id } children(first: 1) "
                        + "{ nodes { id } } error { message stackTrace } } } }");
        assertThat(page.at("/executions/nodes")).hasSize(size);
    }

    private List<String> pages(
            String token, String order, String size, String argument, String cursorField, String moreField) {
        List<String> ids = new ArrayList<>();
        String cursor = null;
        boolean more = true;
        while (more) {
            String at = cursor == null ? "" : ", " + argument + ": \"" + cursor + "\"";
            JsonNode page = server.data(
                            token,
                            "{ executions(orderBy: " + order + ", " + size + at
                                    + ") { edges { cursor node { id } } pageInfo { "
                                    + "hasNextPage hasPreviousPage startCursor endCursor } } }")
                    .get("executions");
            ids.addAll(texts(page.get("edges"), "/node/id"));
            cursor = page.at("/pageInfo/" + cursorField).asText();
            more = page.at("/pageInfo/" + moreField).asBoolean();
        }
        return ids;
    }
}
