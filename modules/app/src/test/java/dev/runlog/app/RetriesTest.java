package dev.runlog.app;

import static dev.runlog.app.Engine.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A retry is an execution of its own, linked to the one that it repeats. */
@ServerTest
final class RetriesTest {
    private static final String LINKS =
            "externalId attempt retryOf { externalId } retriedBy { externalId } retries { totalCount nodes { externalId } }";

    private final RunningServer server;
    private Engine engine;

    RetriesTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        engine = new Engine(server, server.anOwner());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void linksAttemptsInWhateverOrderTheyAreRecorded(boolean inOrder) {
        List<String> lines = List.of(
                failed("one", 1, null), failed("two", 2, "one"), failed("three", 3, "one"), failed("four", 4, "three"));
        for (int i = 0; i < lines.size(); i++) {
            engine.record(lines.get(inOrder ? i : lines.size() - 1 - i));
        }

        JsonNode one = engine.find("one", LINKS);
        assertThat(one.get("retryOf").isNull()).isTrue();
        assertThat(one.at("/retries/totalCount").asInt()).isEqualTo(2);
        assertThat(RunningServer.texts(one.at("/retries/nodes"), "/externalId"))
                .containsExactlyInAnyOrder("two", "three");
        JsonNode three = engine.find("three", LINKS);
        assertThat(three.at("/retryOf/externalId").asText()).isEqualTo("one");
        assertThat(three.at("/retriedBy/externalId").asText()).isEqualTo("four");
        assertThat(three.get("attempt").asInt()).isEqualTo(3);
        assertThat(engine.find("four", LINKS).get("retriedBy").isNull()).isTrue();
        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactlyInAnyOrder("two", "four");
        assertThat(listed("status: [FAILED], filter: {latestAttemptsOnly: true}"))
                .containsExactlyInAnyOrder("two", "four");
    }

    @Test
    void showsNoAttemptBeforeItIsRecorded() {
        engine.record(failed("second", 2, "first"));

        assertThat(engine.find("second", LINKS).get("retryOf").isNull()).isTrue();
        assertThat(engine.find("first", LINKS).isNull()).isTrue();
        assertThat(listed("")).containsExactly("second");
    }

    @Test
    void isNotHiddenByTheRetryOfAnotherOwner() {
        engine.record(failed("mine", 1, null));
        String id = engine.find("mine", "id").get("id").asText();
        Engine other = new Engine(server, server.anOwner());

        other.record(event("started", "externalId", "theirs", "workflow", "w", "retryOf", id));

        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactly("mine");
        assertThat(engine.find("mine", LINKS).get("retriedBy").isNull()).isTrue();
        assertThat(other.find("theirs", LINKS).get("retryOf").isNull()).isTrue();
    }

    @Test
    void forgetsALinkThatTheStartReplaces() {
        engine.record(failed("one", 1, null), failed("two", 1, null));
        engine.record(event("queued", "externalId", "retry", "workflow", "w", "retryOfExternalId", "one"));
        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactlyInAnyOrder("two", "retry");

        engine.record(event("started", "externalId", "retry", "workflow", "w", "retryOfExternalId", "two"));

        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactlyInAnyOrder("one", "retry");
        assertThat(engine.find("one", LINKS).at("/retries/totalCount").asInt()).isZero();
    }

    @Test
    void ignoresALinkThatWouldCloseACycle() {
        engine.record(failed("a", 1, "b"), failed("b", 2, "c"));

        JsonNode report = engine.record(failed("c", 3, "a"), failed("d", 1, "d"));

        assertThat(Engine.messages(report.get("warnings")))
                .containsExactly(
                        "retryOfExternalId ignored: it would close a cycle.",
                        "retryOfExternalId ignored: it would close a cycle.");
        assertThat(engine.find("c", LINKS).get("retryOf").isNull()).isTrue();
        assertThat(engine.find("a", LINKS).at("/retryOf/externalId").asText()).isEqualTo("b");
    }

    @Test
    void linksByIdAndByMutation() {
        String first = Ids.next().toString();
        engine.record(event("started", "id", first, "workflow", "w"));
        JsonNode second = engine.data(
                "mutation($first: ID!) { startExecution(input: {workflowKey: \"w\", retryOf: $first, attempt: 2}) "
                        + "{ execution { id attempt retryOf { id } } } }",
                "first",
                first);

        assertThat(second.at("/startExecution/execution/retryOf/id").asText()).isEqualTo(first);
        assertThat(engine.get(first, "retriedBy { id }").at("/retriedBy/id"))
                .isEqualTo(second.at("/startExecution/execution/id"));
    }

    @Test
    void keepsTheAttemptsOfOtherOwnersApart() {
        Engine other = new Engine(server, server.anOwner());
        String first = Ids.next().toString();
        engine.record(event("started", "id", first, "workflow", "w"));
        other.record(event("started", "externalId", "theirs", "workflow", "w", "retryOf", first));

        assertThat(engine.get(first, LINKS).at("/retries/totalCount").asInt()).isZero();
        assertThat(engine.get(first, LINKS).get("retriedBy").isNull()).isTrue();
        assertThat(other.find("theirs", LINKS).get("retryOf").isNull()).isTrue();
    }

    @Test
    void listsRootsOnly() {
        engine.record(
                event("started", "externalId", "root", "workflow", "w"),
                event("started", "externalId", "child", "workflow", "w", "parentExternalId", "root"));

        assertThat(listed("filter: {rootsOnly: true}")).containsExactly("root");
    }

    @Test
    void forgetsTheRetriesOfDeletedAttempts() {
        engine.record(failed("gone", 1, null), failed("retry", 2, "gone"));
        engine.cleanUp();
        engine.record(failed("gone", 1, null));

        assertThat(engine.find("gone", LINKS).at("/retries/totalCount").asInt()).isZero();
        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactly("gone");
    }

    @Test
    void listsAnAttemptAgainOnceItsRetryIsDeleted() {
        engine.record(failed("kept", 1, null), failed("gone", 2, "kept"));
        String id = engine.find("kept", "id").get("id").asText();
        engine.data(
                "mutation($id: ID!) { holdExecution(input: {executionId: $id, reason: \"audit\"}) { execution { held } } }",
                "id",
                id);
        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactly("gone");

        engine.cleanUp();

        assertThat(listed("filter: {latestAttemptsOnly: true}")).containsExactly("kept");
    }

    private List<String> listed(String arguments) {
        String list = arguments.isEmpty() ? "executions" : "executions(" + arguments + ")";
        JsonNode executions = engine.data("{ " + list + " { totalCount nodes { externalId } } }")
                .get("executions");
        assertThat(executions.get("totalCount").asInt())
                .isEqualTo(executions.get("nodes").size());
        return RunningServer.texts(executions.get("nodes"), "/externalId");
    }

    private static String failed(String id, int attempt, String retryOf) {
        return event(
                "execution",
                "externalId",
                id,
                "workflow",
                "w",
                "status",
                "FAILED",
                "attempt",
                attempt,
                "retryOfExternalId",
                retryOf);
    }
}
