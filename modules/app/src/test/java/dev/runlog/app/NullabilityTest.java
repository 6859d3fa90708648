package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A refused field leaves everything else of a response in place. */
@ServerTest("RETENTION_REQUESTS_PER_MINUTE=10000")
final class NullabilityTest {
    private RunningServer server;
    private String owner;

    @BeforeEach
    void start(RunningServer started) {
        server = started;
        owner = server.anOwner();
    }

    @Test
    void rootFieldsThatNeedAnotherScopeAreNullAlone() {
        JsonNode answer = server.graphql(
                server.token(owner, "executions:read"),
                "{ viewer { subject } executions { totalCount } retentionPolicies { totalCount } }");

        assertThat(answer.at("/data/viewer/subject").asText()).isEqualTo(owner);
        assertThat(answer.at("/data/executions/totalCount").asInt()).isZero();
        assertThat(answer.at("/data/retentionPolicies").isNull()).isTrue();
        assertThat(codes(answer)).containsExactly("FORBIDDEN");
    }

    @Test
    void mutationsShowWhichOfThemTookPlace() {
        JsonNode answer = server.graphql(
                server.token(owner),
                "mutation { a: upsertWorkflow(input: {key: \"a\"}) { workflow { key } } "
                        + "b: upsertWorkflow(input: {key: \"\"}) { workflow { key } } "
                        + "c: upsertWorkflow(input: {key: \"c\"}) { workflow { key } } }");

        assertThat(answer.at("/data/a/workflow/key").asText()).isEqualTo("a");
        assertThat(answer.at("/data/b").isNull()).isTrue();
        assertThat(answer.at("/data/c/workflow/key").asText()).isEqualTo("c");
        assertThat(codes(answer)).containsExactly("BAD_INPUT");
    }

    @Test
    void nodesThatTheViewerCannotSeeAreNull() {
        String workflow = server.data(
                        server.token(owner), "mutation { upsertWorkflow(input: {key: \"w\"}) { workflow { id } } }")
                .at("/upsertWorkflow/workflow/id")
                .asText();

        JsonNode nodes = server.data(
                        server.token(owner),
                        "{ nodes(ids: [\"" + workflow + "\", \"01900000-0000-7000-8000-000000000001\"]) { id } }")
                .get("nodes");

        assertThat(nodes.get(0).get("id").asText()).isEqualTo(workflow);
        assertThat(nodes.get(1).isNull()).isTrue();
    }

    @Test
    void operatorsSeeTheWorkflowOfACleanupAndOfAPolicy() {
        String workflow = server.data(
                        server.token(owner),
                        "mutation { startExecution(input: {workflowKey: \"nightly\"}) { execution { workflow { id } } } }")
                .at("/startExecution/execution/workflow/id")
                .asText();
        String target = "owner: \"" + owner + "\", workflowId: \"" + workflow + "\"";

        JsonNode data = server.data(
                server.token(server.anOwner(), "ops"),
                "mutation { cleanupExecutions(input: {olderThan: \"P1D\", dryRun: true, " + target
                        + "}) { cleanup { workflow { id key } statuses spared { running } } } "
                        + "setRetentionPolicy(input: {keepFor: \"PT2160H\", " + target
                        + "}) { retentionPolicy { workflow { id key } keepFor } } }");

        assertThat(data.at("/cleanupExecutions/cleanup/workflow/key").asText()).isEqualTo("nightly");
        assertThat(data.at("/cleanupExecutions/cleanup/spared/running").isNumber())
                .isTrue();
        assertThat(data.at("/setRetentionPolicy/retentionPolicy/workflow/id").asText())
                .isEqualTo(workflow);
        assertThat(data.at("/setRetentionPolicy/retentionPolicy/keepFor").asText())
                .isEqualTo("PT2160H");
    }

    private static List<String> codes(JsonNode answer) {
        List<String> codes = new ArrayList<>();
        answer.path("errors")
                .forEach(error -> codes.add(error.at("/extensions/code").asText()));
        return codes;
    }
}
