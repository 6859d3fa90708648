package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.runlog.contract.model.Ids;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers may not see or do, and how it is refused. */
@ServerTest
final class GraphqlRefusalTest {
    private static final String START = "mutation($input: StartExecutionInput!) { startExecution(input: $input) "
            + "{ execution { id status startedAt workflow { id key } } } }";

    private final RunningServer server;

    GraphqlRefusalTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void hidesEverythingOfAnotherOwner() {
        String alice = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
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
        String mallory = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");

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
    void needsTheScopeThatAFieldNames() {
        String writer = server.token(server.anOwner(), "executions:write");
        String reader = server.token(server.anOwner(), "executions:read");

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
    void acceptsAnOwnerFromOperators() {
        String alice = server.anOwner();
        SampleRuns.record(server, server.token(alice), 12, "for-alice");
        String operator = server.token(server.anOwner(), "ops");
        String cleanup = "mutation($owner: String) { cleanupExecutions(input: "
                + "{olderThan: \"PT0S\", owner: $owner, dryRun: true}) { cleanup { owner matched requestedBy } } }";
        String policy = "mutation($owner: String) { setRetentionPolicy(input: {keepFor: \"P30D\", owner: $owner}) "
                + "{ retentionPolicy { owner } } }";

        JsonNode cleaned = server.data(operator, cleanup, "owner", alice).at("/cleanupExecutions/cleanup");
        String owner = server.data(operator, policy, "owner", alice)
                .at("/setRetentionPolicy/retentionPolicy/owner")
                .asText();

        assertThat(cleaned.get("owner").asText()).isEqualTo(alice);
        assertThat(cleaned.get("matched").asInt()).isEqualTo(12);
        assertThat(owner).isEqualTo(alice);
        String mallory = server.token(server.anOwner(), "executions:cleanup");
        assertThat(server.code(mallory, cleanup, "owner", alice)).isEqualTo("FORBIDDEN");
        assertThat(server.code(mallory, policy, "owner", alice)).isEqualTo("FORBIDDEN");
        assertThat(server.code(
                        operator,
                        "mutation { cleanupExecutions(input: {olderThan: \"P1D\", owner: \"a\", allOwners: true}) "
                                + "{ cleanup { id } } }"))
                .isEqualTo("BAD_INPUT");
    }

    /** Otherwise, permission to hold executions would reveal their contents. */
    @Test
    void showsAnOperatorNoMoreThanTheHeadOfAnothersExecution() {
        String id = SampleRuns.record(server, server.token(server.anOwner()), 1, "foreign")
                .get(0);
        String operator = server.token(server.anOwner(), "executions:read", "ops");
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
        assertThat(server.graphql(operator, hold.formatted("steps { totalCount }"), "id", id)
                        .at("/errors/0/message")
                        .asText())
                .isEqualTo("Only the owner of this execution can see its `steps`.");
        assertThat(server.graphql(operator, hold.formatted("workflow { executions { totalCount } }"), "id", id)
                        .at("/errors/0/message")
                        .asText())
                .isEqualTo("Only the owner of this workflow can see its `executions`.");
        assertThat(server.data(operator, "query($id: ID!) { execution(id: $id) { id } }", "id", id)
                        .get("execution")
                        .isNull())
                .isTrue();
    }

    @Test
    void rejectsExpensiveRequestsBeforeTheyRun() {
        String token = server.token(server.anOwner());
        String deep = "{ executions { nodes { " + "parent { ".repeat(20) + "id" + " }".repeat(20) + " } } }";
        String costly = "{ workflows(first: 200) { nodes { executions(first: 200) { nodes { id } } } } }";
        String aliased = "{ "
                + IntStream.range(0, 60)
                        .mapToObj(i -> "a" + i + ": viewer { subject }")
                        .collect(Collectors.joining(" "))
                + " }";
        double statements = server.statementsOf(() -> {
            assertThat(server.graphql(token, deep).toString()).contains("BAD_INPUT", "at most 15, graphql.depth-max");
            assertThat(server.graphql(token, costly).toString())
                    .contains("BAD_INPUT", "at most 20000, graphql.cost-max");
            assertThat(server.graphql(token, aliased).toString())
                    .contains("BAD_INPUT", "at most 50, graphql.aliases-max");
            assertThat(server.graphql(token, "{ viewer { subject } } #" + "x".repeat(20_000))
                            .toString())
                    .contains("graphql.query-max-chars");
        });

        assertThat(statements).isZero();
    }

    @Test
    void namesWhatIsWrongWithBadInput() {
        String token = server.token(server.anOwner());
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("{ execution(id: \"nope\") { id } }", "Invalid `id`: 'nope' (expected a UUID)."),
                Map.entry("{ execution(id: \"1-1-1-1-1\") { id } }", "(expected a UUID)"),
                Map.entry("{ executions(first: -1) { totalCount } }", "Invalid `first`: -1 (expected 0 to 200)"),
                Map.entry("{ executions(first: 100000) { totalCount } }", "Invalid `first`: 100000"),
                Map.entry("{ executions(first: 1, last: 1) { totalCount } }", "not both"),
                Map.entry("{ executions(after: \"AAAA\") { totalCount } }", "Invalid cursor for this list: 'AAAA'"),
                Map.entry(
                        "{ executions(filter: {minDuration: \"30 days\"}) { totalCount } }",
                        "'30 days' is not a duration"),
                Map.entry(
                        "{ executions(filter: {startedAfter: \"yesterday\"}) { totalCount } }",
                        "'yesterday' is not a date and time"),
                Map.entry(
                        "{ executions(filter: {labels: [1]}) { totalCount } }",
                        "Invalid `labels` (expected an object of strings)"),
                Map.entry("{ executions(status: [BROKEN]) { totalCount } }", "BROKEN"),
                Map.entry("{ unknown }", "unknown"),
                Map.entry("{ viewer { subject }", "Invalid syntax"),
                Map.entry(
                        "subscription { a: executionChanges { kind } b: executionChanges { kind } }",
                        "The subscription must have exactly one root field"),
                Map.entry(
                        "mutation { startExecution(input: {workflowKey: \"w\", workflowId: \"w\"}) { execution { id } } }",
                        "Invalid `workflowId`: 'w' (expected a UUID)."),
                Map.entry(
                        "mutation { heartbeat(input: {executionId: \"run-7\"}) { execution { id } } }",
                        "Invalid `executionId`: 'run-7' (expected a UUID version 7; use `externalId` for IDs of your own)."),
                Map.entry("mutation { startExecution(input: {}) { execution { id } } }", "either its ID or its key"),
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
                        "Invalid label 'a' (expected a string)"));

        wrong.forEach((query, complaint) -> {
            JsonNode answer = server.graphql(token, query);
            assertThat(answer.at("/errors/0/extensions/code").asText())
                    .as(query)
                    .isEqualTo("BAD_INPUT");
            assertThat(answer.at("/errors/0/message").asText()).as(query).contains(complaint);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "subscription { runningExecutions @skip(if: true) { kind } }",
                "subscription($no: Boolean!) { runningExecutions @skip(if: $no) { kind } }",
                "subscription($no: Boolean = false) { runningExecutions @include(if: $no) { kind } }",
                "subscription($no: Boolean!) { ... @include(if: $no) { runningExecutions { kind } } }",
                "subscription($no: Boolean!) { ...root @skip(if: $no) } fragment root on Subscription { runningExecutions { kind } }",
                "subscription($no: Boolean!) { ...root } fragment root on Subscription { runningExecutions @skip(if: $no) { kind } }"
            })
    void refusesAConditionOnTheFieldOfASubscription(String subscription) {
        String token = server.token(server.anOwner(), "executions:read");

        JsonNode answer = server.graphql(token, subscription, "no", false);

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(answer.at("/errors/0/message").asText()).contains("@skip or @include");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ viewer { ... @defer { subject } } }",
                "{ viewer { ...f @defer(label: \"x\") } } fragment f on Viewer { subject }",
                "query @experimental_disableErrorPropagation { viewer { subject } }"
            })
    void refusesDirectivesWithoutEffect(String query) {
        String token = server.token(server.anOwner(), "executions:read");

        JsonNode answer = server.graphql(token, query);

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(answer.at("/errors/0/message").asText()).startsWith("Unknown directive `@");
    }

    /** Its digits would fill megabytes, and take half a minute to write. */
    @ParameterizedTest
    @ValueSource(strings = {"1e10000000", "-1e10000000", "1e-10000000", "1e2147483647", "1e99999999999", "1.5"})
    void refusesANumberThatIsNoIntegerWithoutExpandingIt(String number) {
        String token = server.token(server.anOwner(), "executions:read");
        String query = "query($first: Int) { workflows(first: $first) { nodes { id } } }";

        AtomicReference<JsonNode> reply = new AtomicReference<>();
        Duration busy = RunningServer.eventLoopTimeOf(
                () -> reply.set(server.graphql(token, query, "first", new RawValue(number))));

        JsonNode answer = reply.get();
        assertThat(busy).isLessThan(Duration.ofSeconds(10));
        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(answer.at("/errors/0/message").asText())
                .contains("32-bit integer")
                .hasSizeLessThan(200);
    }

    @Test
    void rejectsACleanupBefore1970() {
        String token = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");

        assertThat(server.code(
                        token,
                        "mutation { cleanupExecutions(input: {before: \"1900-01-01T00:00:00Z\", dryRun: true}) "
                                + "{ cleanup { matched } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void reportsWhenPoliciesMayBeSetAgain() {
        String alice = server.token(server.anOwner(), "executions:cleanup");
        String policy = "mutation { setRetentionPolicy(input: {keepFor: \"P30D\"}) { retentionPolicy { id } } }";
        JsonNode answer = server.graphql(alice, policy);
        for (int more = 0; more < 40 && !answer.has("errors"); more++) {
            answer = server.graphql(alice, policy);
        }

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("RATE_LIMITED");
        assertThat(answer.at("/errors/0/extensions/retryAfterMillis").asInt()).isPositive();
    }
}
