package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Events and mutations name workflows, and record for other owners. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WorkflowNamesTest {
    private TestDatabase database;
    private RunningServer server;
    private String owner;
    private String token;

    @BeforeAll
    void start(TestDatabase database) {
        this.database = database;
        server = RunningServer.start(database);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void newOwner() {
        owner = server.anOwner();
        token = server.token(owner);
    }

    @Test
    void namesAWorkflowByTheEventsThatNameIt() {
        String id = Ids.next().toString();
        String finished = "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\"";

        record(started("\"workflowName\":\"Import orders\""));
        String first = name();
        record(started("\"trigger\":\"cron\""));
        String kept = name();
        record(started("\"id\":\"" + id + "\",\"workflowName\":\"Import\"")
                + started("\"workflowName\":\"Import\"").repeat(20)
                + started("\"workflowName\":\"Orders\""));
        String last = name();
        record(finished + ",\"workflow\":\"import\",\"workflowName\":\"Orders, daily\"}\n");

        assertThat(List.of(first, kept, last, name()))
                .containsExactly("Import orders", "Import orders", "Orders", "Orders, daily");
    }

    @Test
    void namesAWorkflowByMutations() {
        server.data(
                token,
                "mutation { startExecution(input: {workflowKey: \"import\", workflowName: \"Import orders\"}) { "
                        + "execution { id } } }");
        String started = name();
        server.data(
                token,
                "mutation { finishExecution(input: {executionId: \"" + Ids.next()
                        + "\", workflowKey: \"import\", workflowName: \"Orders\", status: SUCCESS}) { execution { id } } }");

        assertThat(List.of(started, name())).containsExactly("Import orders", "Orders");
        assertThat(server.code(
                        token,
                        "mutation { finishExecution(input: {executionId: \"" + Ids.next()
                                + "\", workflowName: \"Orders\", status: SUCCESS}) { execution { id } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void showsANewNameInListsAtOnce() {
        record(started("\"workflowName\":\"Import orders\""));
        String first = listedName();
        record(started("\"workflowName\":\"Orders\""));
        String byEvent = listedName();
        server.data(
                token, "mutation { upsertWorkflow(input: {key: \"import\", name: \"Daily\"}) { workflow { id } } }");

        assertThat(List.of(first, byEvent, listedName())).containsExactly("Import orders", "Orders", "Daily");
    }

    private String listedName() {
        return server.data(token, "{ executions { nodes { workflow { name } } } }")
                .at("/executions/nodes/0/workflow/name")
                .asText();
    }

    @Test
    void refusesAnInvalidNameForItsLineAlone() {
        JsonNode report = json(server.events(
                token,
                started("\"workflowName\":\"\"")
                        + started("\"workflowName\":\"a\\u0000b\"")
                        + started("\"workflowName\":\"" + "n".repeat(1000) + "\"")
                        + started("\"workflowName\":7")
                        + "{\"event\":\"finished\",\"id\":\"" + Ids.next()
                        + "\",\"status\":\"SUCCESS\",\"workflowName\":\"Import\"}\n"
                        + started("\"workflowName\":\"Import\"")));

        assertThat(report.get("recorded").asInt()).isEqualTo(1);
        assertThat(texts(report.get("rejected"), "/line")).containsExactly("1", "2", "3", "4", "5");
        assertThat(texts(report.get("rejected"), "/code")).containsOnly("BAD_INPUT");
        assertThat(texts(report.get("rejected"), "/message")).allMatch(message -> message.contains("ame"));
        assertThat(name()).isEqualTo("Import");
    }

    @Test
    void neverNamesAnotherOwnersWorkflow() {
        record(started("\"workflowName\":\"Import\""));
        String id = server.data(token, "{ workflowByKey(key: \"import\") { id } }")
                .at("/workflowByKey/id")
                .asText();

        JsonNode report = json(server.events(
                server.token(server.anOwner()),
                "{\"event\":\"started\",\"workflowId\":\"" + id + "\",\"workflowName\":\"Mine\"}\n"));

        assertThat(texts(report.get("rejected"), "/code")).containsExactly("NOT_FOUND");
        assertThat(name()).isEqualTo("Import");
    }

    @Test
    void writesANameOnlyIfItChanged() throws SQLException {
        record(started("\"workflowName\":\"Import\""));
        String version = version();

        record(started("\"workflowName\":\"Import\"").repeat(3));

        assertThat(version()).isEqualTo(version);
    }

    @Test
    void keepsTheNameThatUpsertWorkflowGaveUntilAnEventGivesAnotherOne() throws SQLException {
        record(started("\"workflowName\":\"Import\""));
        server.data(
                token, "mutation { upsertWorkflow(input: {key: \"import\", name: \"Orders\"}) { workflow { id } } }");
        String version = version();

        record(started("\"workflowName\":\"Orders\""));
        String unchanged = version();
        record(started("\"workflowName\":\"Import\""));

        assertThat(unchanged).isEqualTo(version);
        assertThat(name()).isEqualTo("Import");
    }

    /** Each server knows only the name that it wrote itself. */
    @Test
    void doesNotFightOverANameWithAnotherServer() throws SQLException {
        try (RunningServer other = RunningServer.start(database)) {
            record(started("\"workflowName\":\"Import\""));
            assertThat(json(other.events(token, started("\"workflowName\":\"Orders\"")))
                            .get("recorded")
                            .asInt())
                    .isEqualTo(1);
            String version = version();

            record(started("\"workflowName\":\"Import\"").repeat(2));
            other.events(token, started("\"workflowName\":\"Orders\"").repeat(2));

            assertThat(version()).isEqualTo(version);
            assertThat(name()).isEqualTo("Orders");
        }
    }

    @Test
    void recordsForAnotherOwnerByMutations() {
        String engine = server.token(server.anOwner(), "executions:read", "engine");
        String asOwner = "owner: \"" + owner + "\"";
        String id = server.data(
                        engine,
                        "mutation { startExecution(input: {workflowKey: \"import\", heartbeatTimeout: \"PT1H\", "
                                + asOwner + "}) { execution { id status } } }")
                .at("/startExecution/execution/id")
                .asText();
        String of = "executionId: \"" + id + "\", " + asOwner;

        server.data(
                engine,
                "mutation { recordSteps(input: {" + of
                        + ", steps: [{index: 0, name: \"read\", status: SUCCESS}]}) { execution { id } } }");
        server.data(engine, "mutation { heartbeat(input: {" + of + "}) { execution { id } } }");
        server.data(
                engine, "mutation { finishExecution(input: {" + of + ", status: SUCCESS}) { execution { status } } }");

        JsonNode recorded = server.data(
                        token,
                        "{ execution(id: \"" + id + "\") { status workflow { key owner } steps { nodes { name } } } }")
                .get("execution");
        assertThat(recorded.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(recorded.at("/workflow/owner").asText()).isEqualTo(owner);
        assertThat(texts(recorded.at("/steps/nodes"), "/name")).containsExactly("read");
    }

    @Test
    void doesNotShowTheContentsOfAnotherOwnersExecutionToAnEngine() {
        String id = server.data(
                        token,
                        "mutation { startExecution(input: {workflowKey: \"import\", trigger: \"secret\", "
                                + "labels: {secret: \"yes\"}, payload: 1}) { execution { id } } }")
                .at("/startExecution/execution/id")
                .asText();
        String engine = server.token(server.anOwner(), "executions:read", "engine");

        String answer = server.graphql(
                        engine,
                        "mutation { startExecution(input: {workflowKey: \"import\", executionId: \"" + id
                                + "\", owner: \"" + owner + "\"}) { execution { id trigger labels payload } } }")
                .toString();

        assertThat(answer).contains(id).contains("FORBIDDEN").doesNotContain("secret");
    }

    @Test
    void requiresTheScopeEngineForAnotherOwner() {
        String mallory = server.token(server.anOwner());
        String of = "executionId: \"" + Ids.next() + "\", owner: \"" + owner + "\"";

        assertThat(List.of(
                        "startExecution(input: {workflowKey: \"import\", owner: \"" + owner + "\"})",
                        "finishExecution(input: {" + of + ", workflowKey: \"import\", status: SUCCESS})",
                        "recordSteps(input: {" + of + ", steps: [{index: 0, name: \"s\", status: SUCCESS}]})",
                        "heartbeat(input: {" + of + "})"))
                .allSatisfy(mutation -> assertThat(
                                server.code(mallory, "mutation { " + mutation + " { execution { id } } }"))
                        .isEqualTo("FORBIDDEN"));
    }

    private static String started(String rest) {
        return "{\"event\":\"started\",\"workflow\":\"import\"," + rest + "}\n";
    }

    private void record(String lines) {
        JsonNode report = json(server.events(token, lines));
        assertThat(report.get("recorded").asInt()).as(report.toString()).isEqualTo(lines.split("\n").length);
    }

    private String name() {
        return server.data(token, "{ workflowByKey(key: \"import\") { name } }")
                .at("/workflowByKey/name")
                .asText();
    }

    /** Differs after each UPDATE of the workflow's row. */
    private String version() throws SQLException {
        return database.get("SELECT w.xmin FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '"
                + owner + "' AND w.key = 'import'");
    }
}
