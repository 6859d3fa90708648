package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens without {@code executions:read} cannot read anything, by any API. */
@ServerTest("RETENTION_REQUESTS_PER_MINUTE=10000")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScopeTest {
    private static final Map<String, Set<String>> OPEN =
            Map.of("Execution", Set.of("id", "status"), "Workflow", Set.of("id", "key", "name", "owner"));

    private RunningServer server;
    private JsonNode types;
    private String owner;
    private String executionId;
    private String workflowId;

    @BeforeAll
    void start(RunningServer started) {
        server = started;
        types = server.data(
                        server.token("anybody"),
                        "{ __schema { types { name fields { name args { name } type { kind name ofType { kind name "
                                + "ofType { kind name ofType { kind name } } } } } } } }")
                .at("/__schema/types");
    }

    @BeforeEach
    void recordOne() {
        owner = server.anOwner();
        JsonNode execution = server.data(
                        server.token(owner),
                        "mutation { startExecution(input: {workflowKey: \"secret\", trigger: \"t\", labels: {a: \"b\"}, "
                                + "payload: {amount: 1}}) { execution { id workflow { id } } } }")
                .at("/startExecution/execution");
        executionId = execution.get("id").asText();
        workflowId = execution.at("/workflow/id").asText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions:write", "engine"})
    void heartbeatDoesNotLeadToEverythingThatWasRecorded(String scope) {
        JsonNode answer = server.graphql(
                server.token(owner, scope),
                "mutation { heartbeat(input: {executionId: \"" + executionId + "\"}) { execution { id workflow { "
                        + "executions { nodes { id payload } } } } } }");

        assertThat(answer.at("/data/heartbeat/execution/id").asText()).isEqualTo(executionId);
        assertThat(answer.at("/data/heartbeat/execution/workflow").isNull()).isTrue();
        assertThat(codes(answer)).containsExactly("FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions:write", "engine"})
    void registeringAWorkflowDoesNotLeadToItsExecutions(String scope) {
        JsonNode answer = server.graphql(
                server.token(owner, scope),
                "mutation { upsertWorkflow(input: {key: \"secret\"}) { workflow { key name owner executions { "
                        + "totalCount nodes { id payload result error { message } steps { nodes { input } } } } } } }");

        JsonNode workflow = answer.at("/data/upsertWorkflow/workflow");
        assertThat(workflow.get("key").asText()).isEqualTo("secret");
        assertThat(workflow.get("owner").asText()).isEqualTo(owner);
        assertThat(workflow.get("executions").isNull()).isTrue();
        assertThat(codes(answer)).containsExactly("FORBIDDEN");
    }

    /** All fields of the schema: new ones are forbidden until listed here. */
    @ParameterizedTest
    @ValueSource(strings = {"executions:write", "engine", "executions:cleanup", "ops"})
    void payloadsShowNoFieldThatNeedsToBeRead(String scope) {
        String token = server.token(owner, scope);
        boolean records = Set.of("executions:write", "engine").contains(scope);
        String it = "executionId: \"" + executionId + "\"";
        Map<String, String> inputs = new LinkedHashMap<>();
        if (records) {
            inputs.put("startExecution", "workflowKey: \"secret\"");
            inputs.put("heartbeat", it);
            inputs.put("recordSteps", it + ", steps: [{index: 0, name: \"s\", status: SUCCESS}]");
            inputs.put("finishExecution", it + ", status: FAILED, error: {message: \"no\"}");
        } else {
            inputs.put("holdExecution", it + ", reason: \"secret\"");
            inputs.put("releaseExecution", it);
        }
        inputs.forEach((mutation, input) -> {
            JsonNode answer = server.graphql(
                    token,
                    "mutation { " + mutation + "(input: {" + input + "}) { execution { " + everything("Execution")
                            + " } } }");
            assertOpenAlone(answer, "/data/" + mutation + "/execution", "Execution");
        });
        if (records) {
            JsonNode answer = server.graphql(
                    token,
                    "mutation { upsertWorkflow(input: {key: \"secret\"}) { workflow { " + everything("Workflow")
                            + " } } }");
            assertOpenAlone(answer, "/data/upsertWorkflow/workflow", "Workflow");
        }
    }

    private void assertOpenAlone(JsonNode answer, String path, String type) {
        JsonNode object = answer.at(path);
        Set<String> shown = new TreeSet<>();
        object.fields().forEachRemaining(field -> {
            if (!field.getValue().isNull()) {
                shown.add(field.getKey());
            }
        });
        assertThat(shown).as(path).isEqualTo(new TreeSet<>(OPEN.get(type)));
        assertThat(codes(answer)).as(path).hasSize(object.size() - shown.size()).containsOnly("FORBIDDEN");
    }

    /** A selection of all fields of a type; of objects their type's name alone. */
    private String everything(String type) {
        List<String> fields = new ArrayList<>();
        for (JsonNode known : types) {
            if (known.path("name").asText().equals(type)) {
                known.get("fields")
                        .forEach(field -> fields.add(
                                field.get("name").asText() + (isObject(field.get("type")) ? " { __typename }" : "")));
            }
        }
        assertThat(fields).hasSizeGreaterThan(OPEN.get(type).size());
        return String.join(" ", fields);
    }

    private static boolean isObject(JsonNode type) {
        return type.path("kind").asText().equals("OBJECT") || type.hasNonNull("ofType") && isObject(type.get("ofType"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions:write", "engine", "executions:cleanup", "ops"})
    void queriesAndSubscriptionsAreRejected(String scope) {
        String token = server.token(owner, scope);
        for (String query : List.of(
                "execution(id: \"%e\") { id }",
                "executions { nodes { id } }",
                "executions { totalCount }",
                "workflow(id: \"%w\") { key }",
                "workflowByKey(key: \"secret\") { id }",
                "workflows { nodes { key } }",
                "node(id: \"%e\") { id }",
                "node(id: \"%w\") { ... on Workflow { executions { nodes { id } } } }",
                "nodes(ids: [\"%e\", \"%w\"]) { id }",
                "statistics { stored { total } }")) {
            JsonNode answer = server.graphql(token, "{ viewer { subject } a: " + filled(query) + " }");
            assertThat(codes(answer)).as(query).containsExactly("FORBIDDEN");
            assertThat(answer.at("/data/a").isNull()).as(query).isTrue();
            assertThat(answer.at("/data/viewer/subject").asText()).as(query).isEqualTo(owner);
        }
        for (String subscription : List.of(
                "runningExecutions { kind cursor execution { id } }",
                "executionChanges { kind execution { id } }",
                "executionUpdated(id: \"%e\") { execution { payload } }")) {
            Subscriber subscriber = server.subscriber(token);
            subscriber.subscribe("1", "subscription { " + filled(subscription) + " }");
            assertThat(subscriber.next("error").at("/payload/0/extensions/code").asText())
                    .as(subscription)
                    .isEqualTo("FORBIDDEN");
            subscriber.close();
        }
        for (String path : List.of("/workflows/%w/logs", "/workflows/%w/logs/count", "/logs/%e")) {
            assertThat(server.get(filled(path), token).statusCode()).as(path).isEqualTo(403);
        }
    }

    private String filled(String text) {
        return text.replace("%e", executionId).replace("%w", workflowId);
    }

    /** Subscribers with the same text get what their own token may show, not what was rendered for another. */
    @Test
    void sharesNoEventAcrossScopes() {
        String text = "subscription { executionUpdated(id: \"" + executionId + "\") { execution { payload } } }";
        Subscriber reader = server.subscriber(server.token(owner, "executions:read"));
        reader.subscribe("1", text);
        assertThat(reader.next("next")
                        .at("/payload/data/executionUpdated/execution/payload/amount")
                        .asInt())
                .isEqualTo(1);

        Subscriber writer = server.subscriber(server.token(owner, "executions:write"));
        writer.subscribe("1", text);

        assertThat(writer.next("error").at("/payload/0/extensions/code").asText())
                .isEqualTo("FORBIDDEN");
        reader.close();
        writer.close();
    }

    @Test
    void oneRejectedMutationDoesNotAffectTheOthers() {
        JsonNode answer = server.graphql(
                server.token(owner, "executions:write"),
                "mutation { a: startExecution(input: {workflowKey: \"secret\"}) { execution { id } } "
                        + "b: cleanupExecutions(input: {olderThan: \"P1D\"}) { cleanup { id } } "
                        + "c: heartbeat(input: {executionId: \"" + executionId + "\"}) { execution { id status } } }");

        assertThat(answer.at("/data/a/execution/id").asText()).isNotEmpty();
        assertThat(answer.at("/data/b").isNull()).isTrue();
        assertThat(answer.at("/data/c/execution/status").asText()).isEqualTo("RUNNING");
        assertThat(codes(answer)).containsExactly("FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"executions:cleanup", "ops"})
    void cleanupsAndPoliciesAreWholeWithTheirOwnScope(String scope) {
        String token = server.token(owner, scope);
        String ofWorkflow = "workflowId: \"" + workflowId + "\"";

        JsonNode dryRun = server.data(
                token,
                "mutation { cleanupExecutions(input: {olderThan: \"P1D\", dryRun: true, " + ofWorkflow
                        + "}) { cleanup { id state workflowId workflow { id key } owner preview { executions spared { running } "
                        + "workflows { workflow { id key owner } } } } } }");
        JsonNode policy = server.data(
                token,
                "mutation { setRetentionPolicy(input: {keepFor: \"P30D\", " + ofWorkflow
                        + "}) { retentionPolicy { id workflowId workflow { id key } owner keepFor } } }");
        JsonNode further = server.graphql(
                token,
                "{ retentionPolicies(first: 1) { nodes { workflow { key owner executions { totalCount } } } } }");

        assertThat(dryRun.at("/cleanupExecutions/cleanup/workflowId").asText()).isEqualTo(workflowId);
        assertThat(policy.at("/setRetentionPolicy/retentionPolicy/workflowId").asText())
                .isEqualTo(workflowId);
        assertThat(dryRun.at("/cleanupExecutions/cleanup/workflow/key").asText())
                .isEqualTo("secret");
        assertThat(policy.at("/setRetentionPolicy/retentionPolicy/workflow/key").asText())
                .isEqualTo("secret");
        assertThat(further.findValue("owner").asText()).isEqualTo(owner);
        assertThat(further.findValue("executions").isNull()).isTrue();
        assertThat(codes(further)).containsExactly("FORBIDDEN");
    }

    @Test
    void aPolicyForAllOwnersNamesNoWorkflowOfAnother() {
        String operator = server.token("operator-of-" + owner, "ops");
        String id = server.data(
                        operator,
                        "mutation { setRetentionPolicy(input: {keepFor: \"P300D\", allOwners: true, workflowId: \""
                                + workflowId + "\"}) { retentionPolicy { id } } }")
                .at("/setRetentionPolicy/retentionPolicy/id")
                .asText();
        String list = "{ retentionPolicies { totalCount nodes { id workflowId } } }";
        JsonNode own =
                server.data(server.token(owner, "executions:cleanup"), list).get("retentionPolicies");
        String mallory = server.token("mallory-" + owner, "executions:cleanup", "executions:read");
        JsonNode others = server.data(mallory, list).get("retentionPolicies");

        assertThat(ids(own)).contains(id);
        assertThat(ids(others)).doesNotContain(id);
        assertThat(others.get("totalCount").asInt())
                .isEqualTo(others.get("nodes").size());
        assertThat(server.data(mallory, "{ node(id: \"" + id + "\") { id } }")
                        .get("node")
                        .isNull())
                .isTrue();
    }

    /** The requester of a cleanup over all owners may lose the scope; the name of its policies may be a subject's. */
    @Test
    void theLedgerShowsNoCleanupOfOthersWithoutOps() {
        String id = server.data(
                        server.token(owner, "ops"),
                        "mutation { cleanupExecutions(input: {olderThan: \"P900D\", allOwners: true, dryRun: false}) "
                                + "{ cleanup { id } } }")
                .at("/cleanupExecutions/cleanup/id")
                .asText();
        String token = server.token(owner, "executions:cleanup");

        assertThat(server.data(token, "{ cleanup(id: \"" + id + "\") { id } }")
                        .get("cleanup")
                        .isNull())
                .isTrue();
        assertThat(server.data(token, "{ cleanups { totalCount } }")
                        .at("/cleanups/totalCount")
                        .asInt())
                .isZero();
    }

    /** An operator may hold any execution, but does not see its contents by doing so. */
    @Test
    void holdingAnothersExecutionShowsNoneOfItsContents() {
        server.data(
                server.token(owner),
                "mutation { finishExecution(input: {executionId: \"" + executionId + "\", status: FAILED, "
                        + "error: {message: \"secret\"}}) { execution { id } } }");

        JsonNode execution = server.data(
                        server.token("operator-of-" + owner, "ops", "executions:read"),
                        "mutation { holdExecution(input: {executionId: \"" + executionId + "\", reason: \"audit\"}) "
                                + "{ execution { id status held trigger labels error { message type fingerprint } parent { id } } } }")
                .at("/holdExecution/execution");

        assertThat(execution.get("held").asBoolean()).isTrue();
        assertThat(execution.get("status").asText()).isEqualTo("FAILED");
        assertThat(execution.get("trigger").isNull()).isTrue();
        assertThat(execution.get("labels")).isEmpty();
        assertThat(execution.at("/error/message").isNull()).isTrue();
        assertThat(execution.at("/error/type").isNull()).isTrue();
        assertThat(execution.at("/error/fingerprint").asText()).isEmpty();
    }

    private static List<String> ids(JsonNode connection) {
        return RunningServer.texts(connection.get("nodes"), "/id");
    }

    private static List<String> codes(JsonNode answer) {
        return StreamSupport.stream(answer.path("errors").spliterator(), false)
                .map(error -> error.at("/extensions/code").asText())
                .collect(Collectors.toList());
    }
}
