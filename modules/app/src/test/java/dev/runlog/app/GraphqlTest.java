package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GraphqlTest {
    private static final String START = "mutation($input: StartExecutionInput!) { startExecution(input: $input) "
            + "{ execution { id status startedAt workflow { id key } } } }";
    private static final String FINISH = "mutation($input: FinishExecutionInput!) { finishExecution(input: $input) "
            + "{ execution { id status durationMillis error { message type stackTrace details fingerprint } } } }";

    private RunningServer server;
    private int owners;

    @BeforeAll
    void start(TestDatabase database) {
        server = RunningServer.start(database);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void tellsOfOneRunWhatItsEngineRecorded() {
        String alice = server.token(anOwner());
        JsonNode started = server.data(
                        alice,
                        START,
                        "input",
                        Map.of("workflowKey", "nightly", "labels", Map.of("env", "prod"), "payload", Map.of("n", 1)))
                .at("/startExecution/execution");
        String id = started.get("id").asText();
        server.data(
                alice,
                "mutation($id: ID!) { recordSteps(input: {executionId: $id, steps: [{index: 0, name: \"load\", "
                        + "status: SUCCESS, startedAt: \"2026-11-24T00:00:00Z\", finishedAt: \"2026-11-24T00:00:02Z\", "
                        + "output: {rows: 1.50}}]}) { execution { id } } heartbeat(input: {executionId: $id}) "
                        + "{ execution { id } } }",
                "id",
                id);
        JsonNode finished = server.data(
                        alice,
                        FINISH,
                        "input",
                        Map.of(
                                "executionId",
                                id,
                                "status",
                                "FAILED",
                                "result",
                                List.of(1, "two"),
                                "error",
                                Map.of(
                                        "message",
                                        "boom",
                                        "type",
                                        "Oops",
                                        "stackTrace",
                                        "at x",
                                        "details",
                                        Map.of("code", 7))))
                .at("/finishExecution/execution");

        JsonNode read = server.data(
                        alice,
                        "query($id: ID!) { execution(id: $id) { status trigger attempt labels payload result finishedAt "
                                + "duration error { message type stackTrace details fingerprint } steps { totalCount nodes "
                                + "{ index name status output durationMillis } } workflow { key executions { totalCount } } } }",
                        "id",
                        id)
                .get("execution");

        assertThat(started.at("/workflow/key").asText()).isEqualTo("nightly");
        assertThat(finished.at("/error/details/code").asInt()).isEqualTo(7);
        assertThat(read.at("/status").asText()).isEqualTo("FAILED");
        assertThat(read.at("/labels/env").asText()).isEqualTo("prod");
        assertThat(read.at("/payload").toString()).isEqualTo("{\"n\":1}");
        assertThat(read.at("/result").toString()).isEqualTo("[1,\"two\"]");
        assertThat(read.at("/error/stackTrace").asText()).isEqualTo("at x");
        assertThat(read.at("/steps/nodes/0/output").toString()).isEqualTo("{\"rows\":1.5}");
        assertThat(read.at("/steps/nodes/0/durationMillis").asInt()).isEqualTo(2000);
        assertThat(read.at("/workflow/executions/totalCount").asInt()).isEqualTo(1);
    }

    /** Rows, totalCount and statistics see the same, whatever the bound. */
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
        String token = server.token(anOwner());
        record(token, 3, "any-moment");

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
        String token = server.token(anOwner());
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
    void refusesACleanupOfWhatBeganBefore1970() {
        String token = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");

        assertThat(server.code(
                        token,
                        "mutation { cleanupExecutions(input: {before: \"1900-01-01T00:00:00Z\", dryRun: true}) "
                                + "{ cleanup { matched } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void filtersNothingByAnEmptyText() {
        String token = server.token(anOwner());
        record(token, 3, "empty-text");

        JsonNode found = server.data(
                token,
                "{ executions(filter: {errorContains: \"\"}) { totalCount } workflows(search: \"\") { totalCount } }");

        assertThat(found.at("/executions/totalCount").asInt()).isEqualTo(3);
        assertThat(found.at("/workflows/totalCount").asInt()).isEqualTo(1);
    }

    @Test
    void pagesThroughEverythingInBothDirections() {
        String owner = anOwner();
        String token = server.token(owner);
        List<String> ids = record(token, 25, "paged");
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
        String token = server.token(anOwner());
        record(token, 30, "counted");
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

    @Test
    void hidesEverythingOfAnotherOwner() {
        String alice = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");
        String id = server.data(alice, START, "input", Map.of("workflowKey", "private"))
                .at("/startExecution/execution/id")
                .asText();
        String workflow = server.data(alice, "{ workflowByKey(key: \"private\") { id } }")
                .at("/workflowByKey/id")
                .asText();
        String cleanup = server.data(
                        alice,
                        "mutation { cleanupExecutions(input: {olderThan: \"P1D\", dryRun: true}) { cleanup { id } } }")
                .at("/cleanupExecutions/cleanup/id")
                .asText();
        String policy = server.data(
                        alice, "mutation { setRetentionPolicy(input: {keepFor: \"P30D\"}) { retentionPolicy { id } } }")
                .at("/setRetentionPolicy/retentionPolicy/id")
                .asText();
        String mallory = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");

        JsonNode seen = server.data(
                mallory,
                "query($id: ID!, $w: ID!, $c: ID!, $p: ID!) { execution(id: $id) { id } node(id: $id) { id } workflow(id: $w) { id } "
                        + "workflowByKey(key: \"private\") { id } nodes(ids: [$id, $w, $c, $p]) { id } "
                        + "workflows { totalCount nodes { id } } executions { totalCount nodes { id } } "
                        + "ofWorkflow: executions(workflowId: $w) { totalCount nodes { id } } "
                        + "byParent: executions(filter: {parentId: $id}) { totalCount } "
                        + "statistics { stored { total } } byId: statistics(workflowId: $w) { stored { total } } "
                        + "cleanup(id: $c) { id } cleanups { totalCount } retentionPolicies { totalCount } }",
                "id",
                id,
                "w",
                workflow,
                "c",
                cleanup,
                "p",
                policy);

        assertThat(seen.toString()).doesNotContain(id, workflow, cleanup, policy);
        for (String zero : List.of(
                "/workflows/totalCount",
                "/executions/totalCount",
                "/ofWorkflow/totalCount",
                "/byParent/totalCount",
                "/statistics/stored/total",
                "/byId/stored/total",
                "/cleanups/totalCount",
                "/retentionPolicies/totalCount")) {
            assertThat(seen.at(zero).asInt(-1)).as(zero).isZero();
        }
        for (String mutation : List.of(
                "finishExecution(input: {executionId: $id, status: SUCCESS}) { execution { id } }",
                "finishExecution(input: {executionId: $id, workflowKey: \"private\", status: SUCCESS}) { execution { id } }",
                "startExecution(input: {executionId: $id, workflowKey: \"private\"}) { execution { id } }",
                "startExecution(input: {workflowId: \"" + workflow + "\"}) { execution { id } }",
                "heartbeat(input: {executionId: $id}) { execution { id } }",
                "holdExecution(input: {executionId: $id}) { execution { id } }",
                "cancelCleanup(input: {id: \"" + cleanup + "\"}) { cleanup { id } }",
                "deleteRetentionPolicy(input: {id: \"" + policy + "\"}) { retentionPolicy { id } }")) {
            assertThat(server.code(mallory, "mutation { " + mutation.replace("$id", "\"" + id + "\"") + " }"))
                    .as(mutation)
                    .isEqualTo("NOT_FOUND");
        }
        assertThat(server.get("/logs/" + id, mallory).statusCode()).isEqualTo(404);
        assertThat(server.get("/workflows/" + workflow + "/logs", mallory).statusCode())
                .isEqualTo(404);
        assertThat(server.get("/workflows/" + workflow + "/logs/count", mallory).statusCode())
                .isEqualTo(404);
        assertThat(server.data(alice, "query($id: ID!) { execution(id: $id) { status } }", "id", id)
                        .at("/execution/status")
                        .asText())
                .isEqualTo("RUNNING");
    }

    @Test
    void findsTheTypeOfEveryNode() {
        String token = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");
        JsonNode execution = server.data(token, START, "input", Map.of("workflowKey", "nodes"))
                .at("/startExecution/execution");
        JsonNode made = server.data(
                token,
                "mutation { cleanupExecutions(input: {olderThan: \"P1D\"}) { cleanup { id } } "
                        + "setRetentionPolicy(input: {keepFor: \"P30D\"}) { retentionPolicy { id } } }");

        JsonNode nodes = server.data(
                        token,
                        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
                        "ids",
                        List.of(
                                made.at("/setRetentionPolicy/retentionPolicy/id")
                                        .asText(),
                                execution.at("/id").asText(),
                                Ids.next().toString(),
                                execution.at("/workflow/id").asText(),
                                made.at("/cleanupExecutions/cleanup/id").asText()))
                .get("nodes");

        assertThat(texts(nodes, "/__typename"))
                .containsExactly("RetentionPolicy", "Execution", "", "Workflow", "Cleanup");
    }

    @Test
    void readsAPageOfFiftyWithAsManyStatementsAsAPageOfFive() {
        String token = server.token(anOwner());
        for (int i = 0; i < 10; i++) {
            record(token, 6, "wide-" + i);
        }

        double five = statementsOf(token, 5);
        double fifty = statementsOf(token, 50);

        assertThat(fifty).isEqualTo(five).isLessThanOrEqualTo(9);
    }

    /** What is read of a row depends on what is asked for; what is shown does not. */
    @Test
    void showsTheSameOfAnExecutionWhateverElseIsAskedOfIt() {
        String token = server.token(anOwner());
        record(token, 12, "outlined");
        String few = "id status startedAt finishedAt duration durationMillis workflow { name } "
                + "error { type message fingerprint }";
        for (String arguments :
                List.of("first: 20", "first: 20, status: [FAILED]", "last: 5", "first: 5, orderBy: DURATION_DESC")) {
            String outline = "{ executions(" + arguments + ") { totalCount nodes { " + few + " } } }";
            String inFragments = "{ executions(" + arguments + ") { ...page } } fragment page on ExecutionConnection "
                    + "{ totalCount nodes { ... on Execution { " + few + " } } }";
            String all = "{ executions(" + arguments + ") { totalCount nodes { " + few + " trigger attempt held } } }";

            JsonNode expected = server.data(token, all);
            expected.at("/executions/nodes").forEach(node -> {
                assertThat(node.get("trigger").isTextual()).as(arguments).isTrue();
                ((ObjectNode) node).remove(List.of("trigger", "attempt", "held"));
            });

            assertThat(expected.at("/executions/nodes")).isNotEmpty();
            assertThat(server.data(token, outline)).as(arguments).isEqualTo(expected);
            assertThat(server.data(token, inFragments)).as(arguments).isEqualTo(expected);
        }
    }

    @Test
    void refusesWhatCostsTooMuchBeforeAnyOfItRuns() {
        String token = server.token(anOwner());
        String deep = "{ executions { nodes { " + "parent { ".repeat(20) + "id" + " }".repeat(20) + " } } }";
        String costly = "{ workflows(first: 200) { nodes { executions(first: 200) { nodes { id } } } } }";
        String aliased = "{ "
                + IntStream.range(0, 60)
                        .mapToObj(i -> "a" + i + ": viewer { subject }")
                        .collect(Collectors.joining(" "))
                + " }";
        double before = server.metric("runlog_query_seconds_count");

        assertThat(server.graphql(token, deep).toString()).contains("BAD_INPUT", "at most 15, graphql.depth-max");
        assertThat(server.graphql(token, costly).toString()).contains("BAD_INPUT", "at most 20000, graphql.cost-max");
        assertThat(server.graphql(token, aliased).toString()).contains("BAD_INPUT", "at most 50, graphql.aliases-max");
        assertThat(server.graphql(token, "{ viewer { subject } } #" + "x".repeat(20_000))
                        .toString())
                .contains("graphql.query-max-chars");
        assertThat(server.metric("runlog_query_seconds_count")).isEqualTo(before);
    }

    @Test
    void namesWhatIsWrongWithBadInput() {
        String token = server.token(anOwner());
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("{ execution(id: \"nope\") { id } }", "'nope' is not a valid ID"),
                Map.entry("{ execution(id: \"1-1-1-1-1\") { id } }", "is not a valid ID"),
                Map.entry("{ executions(first: -1) { totalCount } }", "Invalid `first`: -1 (expected 0 to 200)"),
                Map.entry("{ executions(first: 100000) { totalCount } }", "not 100000"),
                Map.entry("{ executions(first: 1, last: 1) { totalCount } }", "not both"),
                Map.entry("{ executions(after: \"AAAA\") { totalCount } }", "Invalid cursor for this list: 'AAAA'"),
                Map.entry(
                        "{ executions(filter: {minDuration: \"30 days\"}) { totalCount } }",
                        "'30 days' is not a duration"),
                Map.entry(
                        "{ executions(filter: {startedAfter: \"yesterday\"}) { totalCount } }",
                        "'yesterday' is not a date and time"),
                Map.entry("{ executions(filter: {labels: [1]}) { totalCount } }", "'labels' must be an object"),
                Map.entry("{ executions(status: [BROKEN]) { totalCount } }", "BROKEN"),
                Map.entry("{ unknown }", "unknown"),
                Map.entry("{ viewer { subject }", "Invalid syntax"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"w\", workflowId: \"w\"}) { execution { id } } }",
                        "is not a valid ID"),
                Map.entry(
                        "mutation { startExecution(input: {}) { execution { id } } }", "the workflow's id or its key"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"w\", startedAt: \"2099-01-01T00:00:00Z\"}) { execution { id } } }",
                        "in the future"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"w\", startedAt: \"2001-01-01T00:00:00Z\"}) { execution { id } } }",
                        "too long ago"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"a\\u0000b\"}) { execution { id } } }", "NUL"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \" \"}) { execution { id } } }",
                        "Invalid workflow key: empty."),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"w\", labels: {a: 1}}) { execution { id } } }",
                        "label 'a' must be a string"));

        wrong.forEach((query, complaint) -> {
            JsonNode answer = server.graphql(token, query);
            assertThat(answer.at("/errors/0/extensions/code").asText())
                    .as(query)
                    .isEqualTo("BAD_INPUT");
            assertThat(answer.at("/errors/0/message").asText()).as(query).contains(complaint);
        });
    }

    @Test
    void givesJsonAsItCame() {
        String token = server.token(anOwner());
        String id = Ids.next().toString();
        String payload = "{\"big\":12345678901234567890.10,\"nul\":\"a\\u0000b\",\"list\":[1.0,1e3],\"text\":\"é😀\"}";
        server.events(
                token,
                "{\"event\":\"started\",\"workflow\":\"raw\",\"id\":\"" + id + "\",\"payload\":" + payload + "}");

        String body = server.send(server.request("/graphql", token)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"query\":\"{ execution(id: \\\"" + id + "\\\") { payload } }\"}")))
                .body();

        assertThat(body).contains("12345678901234567890.10", "a\\u0000b", "1.0", "é😀");
    }

    @Test
    void needsTheScopeThatAFieldNames() {
        String writer = server.token(anOwner(), "executions:write");
        String reader = server.token(anOwner(), "executions:read");

        assertThat(server.code(writer, "{ executions { totalCount nodes { id } } }"))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(writer, "{ node(id: \"" + Ids.next() + "\") { id } }"))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(reader, START, "input", Map.of("workflowKey", "w")))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(reader, "{ statistics(allOwners: true) { stored { total } } }"))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(reader, "{ cleanups { totalCount } }")).isEqualTo("FORBIDDEN");
        assertThat(server.code(
                        reader, "mutation { cleanupExecutions(input: {olderThan: \"P1D\"}) { cleanup { id } } }"))
                .isEqualTo("FORBIDDEN");
        assertThat(server.code(reader, "{ viewer { subject scopes } }")).isEqualTo("none");
    }

    @Test
    void letsOperatorsNameAnOwner() {
        String alice = anOwner();
        record(server.token(alice), 12, "for-alice");
        String operator = server.token(anOwner(), "ops");
        String cleanup = "mutation($owner: String) { cleanupExecutions(input: "
                + "{olderThan: \"PT0S\", owner: $owner, dryRun: true}) { cleanup { owner matched requestedBy } } }";
        String policy = "mutation($owner: String) { setRetentionPolicy(input: {keepFor: \"P30D\", owner: $owner}) "
                + "{ retentionPolicy { owner } } }";

        JsonNode told = server.data(operator, cleanup, "owner", alice).at("/cleanupExecutions/cleanup");
        String owner = server.data(operator, policy, "owner", alice)
                .at("/setRetentionPolicy/retentionPolicy/owner")
                .asText();

        assertThat(told.get("owner").asText()).isEqualTo(alice);
        assertThat(told.get("matched").asInt()).isEqualTo(12);
        assertThat(owner).isEqualTo(alice);
        String mallory = server.token(anOwner(), "executions:cleanup");
        assertThat(server.code(mallory, cleanup, "owner", alice)).isEqualTo("FORBIDDEN");
        assertThat(server.code(mallory, policy, "owner", alice)).isEqualTo("FORBIDDEN");
        assertThat(server.code(
                        operator,
                        "mutation { cleanupExecutions(input: {olderThan: \"P1D\", owner: \"a\", allOwners: true}) "
                                + "{ cleanup { id } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void tellsWhyAnExecutionIsHeldUntilItIsReleased() {
        String alice = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");
        List<String> ids = record(alice, 3, "held");
        String hold = "mutation($id: ID!, $reason: String) { holdExecution(input: {executionId: $id, reason: $reason}) "
                + "{ execution { held holdReason } } }";
        String release = "mutation($id: ID!) { releaseExecution(input: {executionId: $id}) "
                + "{ execution { held holdReason } } }";
        String reasons = "{ executions(orderBy: STARTED_AT_ASC) { nodes { holdReason } } }";

        JsonNode held = server.data(alice, hold, "id", ids.get(0), "reason", "audit");
        server.data(alice, hold, "id", ids.get(1));
        List<String> told = texts(server.data(alice, reasons).at("/executions/nodes"), "/holdReason");
        JsonNode released = server.data(alice, release, "id", ids.get(0));

        assertThat(held.at("/holdExecution/execution/holdReason").asText()).isEqualTo("audit");
        assertThat(told).containsExactly("audit", "null", "null");
        assertThat(released.at("/releaseExecution/execution").toString())
                .isEqualTo("{\"held\":false,\"holdReason\":null}");
        assertThat(texts(server.data(alice, reasons).at("/executions/nodes"), "/holdReason"))
                .containsOnly("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions(%s)", "workflows { nodes { executions(%s)"})
    void listsWhatIsHeldAndWhatIsNot(String list) {
        String alice = server.token(anOwner(), "executions:read", "executions:write", "executions:cleanup");
        List<String> ids = record(alice, 6, "some-held");
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
        List<String> told = new ArrayList<>(List.of(found.get("totalCount").asText()));
        told.addAll(texts(found.get("nodes"), "/id"));
        return told;
    }

    @Test
    void readsNoHoldReasonsWhereNothingIsHeld() {
        String alice = server.token(anOwner());
        record(alice, 5, "not-held");
        String without = "{ executions { nodes { held } } }";
        String with = "{ executions { nodes { held holdReason } } }";

        assertThat(statementsFor(alice, with)).isEqualTo(statementsFor(alice, without));
    }

    /** Whoever may hold any execution could read them all by holding them. */
    @Test
    void showsAnOperatorNoMoreThanTheHeadOfAnothersExecution() {
        String id = record(server.token(anOwner()), 1, "foreign").get(0);
        String operator = server.token(anOwner(), "executions:read", "ops");
        String hold = "mutation($id: ID!) { holdExecution(input: {executionId: $id}) { execution { id held %s } } }";

        JsonNode head = server.data(operator, hold.formatted("status workflow { key owner }"), "id", id);

        assertThat(head.at("/holdExecution/execution/held").asBoolean()).isTrue();
        assertThat(head.at("/holdExecution/execution/workflow/key").asText()).isEqualTo("foreign");
        for (String contents : List.of(
                "payload",
                "result",
                "error { stackTrace }",
                "error { details }",
                "steps { totalCount }",
                "children { totalCount }",
                "workflow { executions { totalCount } }")) {
            assertThat(server.code(operator, hold.formatted(contents), "id", id))
                    .as(contents)
                    .isEqualTo("FORBIDDEN");
        }
        assertThat(server.data(operator, "query($id: ID!) { execution(id: $id) { id } }", "id", id)
                        .get("execution")
                        .isNull())
                .isTrue();
    }

    @Test
    void saysWhenPoliciesMayBeSetAgain() {
        String alice = server.token(anOwner(), "executions:cleanup");
        String policy = "mutation { setRetentionPolicy(input: {keepFor: \"P30D\"}) { retentionPolicy { id } } }";
        JsonNode answer = server.graphql(alice, policy);
        for (int more = 0; more < 40 && !answer.has("errors"); more++) {
            answer = server.graphql(alice, policy);
        }

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("RATE_LIMITED");
        assertThat(answer.at("/errors/0/extensions/retryAfterMillis").asInt()).isPositive();
    }

    /** The least of a few times: what runs beside it, such as a cleanup of another test, only ever adds. */
    private double statementsOf(String token, int size) {
        return DoubleStream.generate(() -> statementsOnce(token, size))
                .limit(3)
                .min()
                .orElseThrow();
    }

    private double statementsFor(String token, String query) {
        return DoubleStream.generate(() -> {
                    double before = server.metric("runlog_query_seconds_count");
                    server.data(token, query);
                    return server.metric("runlog_query_seconds_count") - before;
                })
                .limit(3)
                .min()
                .orElseThrow();
    }

    private double statementsOnce(String token, int size) {
        double before = server.metric("runlog_query_seconds_count");
        JsonNode page = server.data(
                token,
                "{ executions(first: " + size
                        + ") { totalCount nodes { id payload result workflow { name executions(first: 2) "
                        + "{ totalCount nodes { id } } } steps(first: 2) { nodes { name } } parent { id } children(first: 1) "
                        + "{ nodes { id } } error { message stackTrace } } } }");
        assertThat(page.at("/executions/nodes")).hasSize(size);
        return server.metric("runlog_query_seconds_count") - before;
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

    /** A third each failed, succeeded and cancelled, of 0 to n-1 seconds. */
    private List<String> record(String token, int runs, String workflow) {
        List<String> ids = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        Instant start = Instant.now().minusSeconds(600);
        for (int i = 0; i < runs; i++) {
            UUID id = Ids.at(start.plusMillis(i * 10L));
            ids.add(id.toString());
            String status = List.of("FAILED", "SUCCESS", "CANCELLED").get(i % 3);
            lines.append(String.format(
                    "{\"event\":\"execution\",\"workflow\":\"%s\",\"id\":\"%s\",\"status\":\"%s\",\"finishedAt\":\"%s\","
                            + "\"trigger\":\"t%d\",\"labels\":{\"even\":\"%b\"}%s}\n",
                    workflow,
                    id,
                    status,
                    Ids.timeOf(id).plusSeconds(i),
                    i % 2,
                    i % 2 == 0,
                    i % 3 == 0 ? ",\"error\":{\"message\":\"Boom " + i + "\"}" : ""));
        }
        assertThat(RunningServer.json(server.events(token, lines.toString()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(runs);
        return ids;
    }

    private String anOwner() {
        return "owner-" + ++owners;
    }
}
