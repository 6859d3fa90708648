package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps form trees, have attempts and IDs, and fail with errors like those of executions. */
@ServerTest
final class StepTreesTest {
    private static final String STEPS = "steps { nodes { id index parentIndex attempt status "
            + "error { message type stackTrace details fingerprint } truncated sanitized redacted } }";

    private static final String CYCLES = "WITH RECURSIVE up (id, index, at) AS ("
            + "SELECT execution_id, index, parent_index FROM step "
            + "UNION SELECT up.id, up.index, s.parent_index FROM up "
            + "JOIN step s ON s.execution_id = up.id AND s.index = up.at) "
            + "SELECT count(*) FROM up WHERE index = at";

    private final RunningServer server;
    private Engine engine;

    StepTreesTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
        engine.record(event("started", "externalId", "run", "workflow", "w"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nestsStepsInAnyOrder(boolean parentsFirst) {
        List<String> lines =
                List.of(steps(step(0, null)), steps(step(1, 0)), steps(step(2, 1)), steps(step(3, 0), step(4, null)));
        for (int i = 0; i < lines.size(); i++) {
            assertThat(warnings(lines.get(parentsFirst ? i : lines.size() - 1 - i)))
                    .isEmpty();
        }

        assertThat(parents()).containsExactly(null, 0, 1, 0, null);
    }

    @Test
    void takesAParentWithALaterEvent() {
        engine.record(
                steps(step(0, null), step(1, null)), steps(step(1, 0)), steps(step(1, null, "status", "SUCCESS")));

        assertThat(parents()).containsExactly(null, 0);
    }

    @Test
    void leavesFinishedStepsWhereTheyAre() {
        engine.record(steps(step(0, null, "status", "SUCCESS"), step(1, null)));

        assertThat(warnings(steps(step(0, 1), step(1, 0)))).isEmpty();

        assertThat(parents()).containsExactly(null, 0);
    }

    @Test
    void recordsAStepInItselfWithoutParent() {
        assertThat(warnings(steps(step(0, 0), step(1, 0), step(2, 2))))
                .containsExactly("parentIndex ignored in 2 steps (0, 2): it would close a cycle.");

        assertThat(parents()).containsExactly(null, 0, null);
    }

    @ParameterizedTest
    @CsvSource({"1 2 0, 1 2 null", "2 0 1, 2 0 null", "1 0 null, 1 null null"})
    void leavesOutTheLinkThatClosesACycle(String given, String recorded) {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (String parent : given.split(" ", -1)) {
            steps.add(step(steps.size(), indexOrNull(parent)));
        }
        List<Integer> expected = Arrays.stream(recorded.split(" "))
                .map(StepTreesTest::indexOrNull)
                .collect(Collectors.toList());
        List<String> warnings = warnings(event("steps", "externalId", "run", "steps", steps));
        List<String> later = new ArrayList<>();
        engine.record(event("started", "externalId", "run of several events", "workflow", "w"));
        for (Map<String, Object> step : steps) {
            later.addAll(warnings(event("steps", "externalId", "run of several events", "steps", List.of(step))));
        }

        String index = recorded.startsWith("1 null") ? "1" : "2";
        assertThat(warnings).containsExactly("parentIndex ignored in step " + index + ": it would close a cycle.");
        assertThat(later).isEqualTo(warnings);
        assertThat(parents("run")).isEqualTo(expected);
        assertThat(parents("run of several events")).isEqualTo(expected);
    }

    @RepeatedTest(5)
    void closesNoCycleWhenEventsRace(TestDatabase database) throws SQLException {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String line = steps(step(i, (i + 1) % 6));
            sent.add(CompletableFuture.runAsync(() -> engine.record(line)));
        }
        sent.forEach(CompletableFuture::join);

        assertThat(parents()).filteredOn(Objects::isNull).hasSize(1);
        assertThat(database.count(CYCLES)).isZero();
    }

    @Test
    void boundsTheDepthOfTrees() {
        List<Map<String, Object>> chain = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            chain.add(step(i, i == 0 ? null : i - 1));
        }

        assertThat(warnings(event("steps", "externalId", "run", "steps", chain)))
                .containsExactly("parentIndex ignored in step 257: steps can be nested to a depth of 256.");
    }

    @Test
    void warnsAboutManyStepsInFewWords() {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            steps.add(step(i, i));
        }

        assertThat(warnings(event("steps", "externalId", "run", "steps", steps)))
                .containsExactly("parentIndex ignored in 1000 steps (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...): "
                        + "it would close a cycle.");
    }

    @ParameterizedTest
    @CsvSource({
        "parentIndex, -1, Invalid `parentIndex` of step 7: -1 (expected 0 to 9999).",
        "parentIndex, 10000, Invalid `parentIndex` of step 7: 10000 (expected 0 to 9999).",
        "attempt, 0, Invalid `attempt` of step 7: 0 (expected 1 to 32767).",
        "attempt, 32768, Invalid `attempt` of step 7: 32768 (expected 1 to 32767)."
    })
    void refusesInvalidNumbers(String member, int value, String message) {
        JsonNode report = engine.send(steps(step(7, null, member, value)), steps(step(0, null)));

        assertThat(Engine.messages(report.get("rejected"))).containsExactly(message);
        assertThat(report.get("recorded").asInt()).isEqualTo(1);
    }

    @Test
    void keepsTheAttemptUntilAnotherIsGiven() {
        engine.record(
                steps(step(0, null), step(1, null, "attempt", 2), step(2, null, "attempt", 2)),
                steps(step(1, null, "status", "SUCCESS"), step(2, null, "attempt", 3)));

        assertThat(RunningServer.texts(recorded("run"), "/attempt")).containsExactly("1", "2", "3");
    }

    @Test
    void recordsErrorsLikeThoseOfExecutions() {
        Map<String, Object> error =
                Map.of("message", "boom 17", "type", "Broken", "stackTrace", "at x", "details", Map.of("code", 17));
        engine.record(
                steps(step(0, null, "status", "FAILED", "error", error)),
                event("finished", "externalId", "run", "status", "FAILED", "error", error));

        JsonNode ofRun = engine.find("run", "error { message type stackTrace details fingerprint }")
                .get("error");
        assertThat(recorded("run").get(0).get("error")).isEqualTo(ofRun);
        assertThat(ofRun.at("/details/code").asInt()).isEqualTo(17);
        assertThat(ofRun.get("fingerprint").asText()).isNotEmpty();
    }

    @Test
    void acceptsErrorsOfAnyShape() {
        engine.record(steps(
                step(0, null, "error", "text"),
                step(1, null, "error", List.of(1, 2)),
                step(2, null, "error", 17),
                step(3, null, "error", Map.of("code", 5)),
                step(4, null, "error", Map.of()),
                step(5, null)));

        JsonNode steps = recorded("run");
        assertThat(steps.get(0).at("/error/message").asText()).isEqualTo("text");
        assertThat(steps.get(1).at("/error/details").toString()).isEqualTo("[1,2]");
        assertThat(steps.get(2).at("/error/details").asInt()).isEqualTo(17);
        assertThat(steps.get(3).at("/error/details").toString()).isEqualTo("{\"code\":5}");
        assertThat(steps.get(4).get("error").isNull()).isTrue();
        assertThat(steps.get(5).get("error").isNull()).isTrue();
    }

    @Test
    void cutsCleansAndRedactsErrors() {
        Map<String, Object> error = Map.of(
                "message", "m".repeat(10_000),
                "type", "T\u0000",
                "stackTrace", "s".repeat(100_000),
                "details", Map.of("password", "secret"));
        engine.record(steps(step(0, null, "error", error)), steps(step(0, null, "status", "FAILED")));

        JsonNode step = recorded("run").get(0);
        assertThat(step.at("/error/message").asText()).hasSize(4096);
        assertThat(step.at("/error/type").asText()).isEqualTo("T\uFFFD");
        assertThat(step.at("/error/stackTrace").asText()).hasSize(65536);
        assertThat(step.at("/error/details").toString()).doesNotContain("secret");
        assertThat(step.get("truncated").toString()).isEqualTo("[\"ERROR_MESSAGE\",\"STACK_TRACE\"]");
        assertThat(step.get("sanitized").toString()).isEqualTo("[\"ERROR_TYPE\"]");
        assertThat(step.get("redacted").toString()).isEqualTo("[\"ERROR_DETAILS\"]");
    }

    @Test
    void recordsByMutation() {
        JsonNode answer = engine.data("mutation { recordSteps(input: {externalId: \"run\", steps: ["
                + "{index: 0, name: \"a\", status: RUNNING, attempt: 2}, "
                + "{index: 1, parentIndex: 0, name: \"b\", status: FAILED, error: {message: \"no\", details: [1]}}, "
                + "{index: 2, parentIndex: 2, name: \"c\", status: RUNNING}]}) { warnings } }");

        assertThat(answer.at("/recordSteps/warnings/0").asText())
                .isEqualTo("parentIndex ignored in step 2: it would close a cycle.");
        JsonNode steps = recorded("run");
        assertThat(steps.get(0).get("attempt").asInt()).isEqualTo(2);
        assertThat(steps.get(1).get("parentIndex").asInt()).isZero();
        assertThat(steps.get(1).at("/error/message").asText()).isEqualTo("no");
        assertThat(steps.get(1).at("/error/details").toString()).isEqualTo("[1]");
    }

    @Test
    void findsStepsById() {
        engine.record(steps(step(0, null), step(12, 0, "error", "boom")));
        String run = engine.find("run", "id").get("id").asText();
        String id = recorded("run").get(1).get("id").asText();

        assertThat(id).isEqualTo(run + ":12");
        JsonNode found = engine.data(
                "query($id: ID!, $ids: [ID!]!) { node(id: $id) { __typename id "
                        + "... on Step { name parentIndex error { message } } } nodes(ids: $ids) { __typename id } }",
                "id",
                id,
                "ids",
                List.of(run + ":12", run, run + ":3", run + ":0", run + ":12"));
        assertThat(found.get("node").toString())
                .isEqualTo("{\"__typename\":\"Step\",\"id\":\"" + id
                        + "\",\"name\":\"step 12\",\"parentIndex\":0,\"error\":{\"message\":\"boom\"}}");
        JsonNode nodes = found.get("nodes");
        assertThat(nodes.get(0).get("id").asText()).isEqualTo(id);
        assertThat(nodes.get(1).get("__typename").asText()).isEqualTo("Execution");
        assertThat(nodes.get(2).isNull()).isTrue();
        assertThat(nodes.get(3).get("id").asText()).isEqualTo(run + ":0");
        assertThat(nodes.get(4)).isEqualTo(nodes.get(0));
    }

    @Test
    void hidesTheStepsOfOtherOwners() {
        engine.record(steps(step(0, null)));
        String id = recorded("run").get(0).get("id").asText();

        JsonNode found = new Engine(server, server.anOwner())
                .data("query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", "id", id);

        assertThat(found.toString()).isEqualTo("{\"node\":null,\"nodes\":[null]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {":", "x:1", "ID:", "ID:-1", "ID:01", "ID:1x", "ID:99999999999", "ID:1:1", " ID:1", "ID:\u0661"})
    void refusesOtherFormsOfIds(String form) {
        String id = form.replace("ID", engine.find("run", "id").get("id").asText());

        JsonNode answer = engine.graphql("query($id: ID!) { nodes(ids: [$id]) { id } }", "id", id);

        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(answer.at("/errors/0/message").asText()).contains("is not a valid ID of a step");
    }

    private List<String> warnings(String line) {
        return Engine.messages(engine.record(line).path("warnings"));
    }

    private JsonNode recorded(String externalId) {
        return engine.find(externalId, STEPS).at("/steps/nodes");
    }

    private List<@Nullable Integer> parents() {
        return parents("run");
    }

    /** The parent of each step; null for a root. */
    private List<@Nullable Integer> parents(String externalId) {
        return RunningServer.texts(recorded(externalId), "/parentIndex").stream()
                .map(StepTreesTest::indexOrNull)
                .collect(Collectors.toList());
    }

    private static @Nullable Integer indexOrNull(String text) {
        return text.equals("null") ? null : Integer.valueOf(text);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static String steps(Map<String, Object>... steps) {
        return event("steps", "externalId", "run", "steps", List.of(steps));
    }

    private static Map<String, Object> step(int index, @Nullable Integer parent, Object... members) {
        Map<String, Object> step = new LinkedHashMap<>(Engine.step(index, "RUNNING"));
        if (parent != null) {
            step.put("parentIndex", parent);
        }
        for (int i = 0; i < members.length; i += 2) {
            step.put((String) members[i], members[i + 1]);
        }
        return step;
    }
}
