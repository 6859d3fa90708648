package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Output and confirmations of the cleanup and policy commands with a server. */
@ServerTest({"LOG_LEVEL=error", "DATABASE_POOL_WAIT=PT20S"})
final class CleanupCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String alice = "alice-" + Ids.next();
    private final String bob = "bob-" + Ids.next();
    private final TestDatabase database;
    private final RunningServer server;
    private Console console;

    CleanupCommandsTest(TestDatabase database, RunningServer server) {
        this.database = database;
        this.server = server;
    }

    @BeforeEach
    void listen() throws SQLException {
        database.execute("DELETE FROM cleanup; DELETE FROM retention_policy");
        console = new Console();
    }

    @AfterEach
    void restore() {
        console.close();
    }

    @Test
    void cleansUpForAnOwnerGivenByAnOperator() {
        record(alice, "nightly", 3);
        String[] operator = as("operator", "executions:read", "ops");
        String[] mallory = as("mallory", "executions:read", "executions:cleanup");

        int refused = console.run(mallory, "cleanup", "--days", "30", "--owner", alice);
        String error = console.err();

        assertThat(refused).isEqualTo(1);
        assertThat(error).contains("FORBIDDEN");
        assertThat(console.text(operator, "cleanup", "--days", "30", "--owner", alice))
                .startsWith("Deleted 3 executions");
        assertThat(console.text(operator, "cleanups", "--wide")).contains("operator", alice);
        assertThat(console.text(as(alice, "executions:cleanup"), "cleanup", "--days", "30", "--owner", alice))
                .startsWith("Deleted 0 executions");
    }

    @Test
    void deletesAWorkflowOnceItIsConfirmed() {
        record(alice, "weekly", 3);
        String[] owner = as(alice, "executions:read", "executions:cleanup");

        assertThat(console.text(owner, "workflows", "delete", "weekly", "--dry-run"))
                .contains("Would delete 3 executions.", "The workflow and its retention policies");
        assertThat(console.runOnTerminal("n\n", owner, "workflows", "delete", "weekly"))
                .isEqualTo(3);
        assertThat(console.err()).contains("nothing was deleted");
        assertThat(console.runOnTerminal("y\n", owner, "workflows", "delete", "weekly"))
                .isZero();
        assertThat(console.out())
                .contains(
                        "Would delete 3 executions.",
                        "Delete this workflow",
                        "Deleted 3 executions",
                        "Deleted workflow weekly.");
        assertThat(console.text(owner, "cleanups", "--wide")).contains("deletes the workflow");
        assertThat(console.run(owner, "workflows", "delete", "weekly", "--yes")).isEqualTo(1);
        assertThat(console.err()).contains("Workflow not found: 'weekly'");
    }

    @Test
    void deletesAnotherOwnersWorkflowForAnOperator() throws IOException {
        record(bob, "weekly", 2);
        String[] operator = as("operator", "ops");

        JsonNode cleanup = console.json(operator, "workflows", "delete", "weekly", "--owner", bob, "--yes", "--json");

        assertThat(cleanup.get("state").asText()).isEqualTo("COMPLETED");
        assertThat(cleanup.get("deleted").asInt()).isEqualTo(2);
    }

    @Test
    void findsAnotherOwnersWorkflowOnlyById() {
        record(bob, "nightly", 4);
        String[] operator = as("operator", "executions:read", "executions:write", "ops");
        record("operator", "nightly", 1);
        String workflow = server.data(server.token(bob), "{ workflowByKey(key: \"nightly\") { id } }")
                .at("/workflowByKey/id")
                .asText();

        int refused = console.run(
                operator, "cleanup-status", "success", "--days", "30", "--owner", bob, "--workflow", "nightly");
        String error = console.err();

        assertThat(refused).isEqualTo(1);
        assertThat(error).contains("'nightly'", "use its ID");
        assertThat(console.text(
                        operator, "cleanup-status", "success", "--days", "30", "--owner", bob, "--workflow", workflow))
                .startsWith("Deleted 4 executions");
    }

    @Test
    void setsThePolicyOfAnOwnerGivenByAnOperator() {
        String[] operator = as("operator", "executions:read", "ops");

        assertThat(console.text(operator, "policies", "set", "--keep-days", "30", "--owner", alice, "--wide"))
                .contains("overdue since", alice, "30 days");
        assertThat(console.text(as(alice, "executions:cleanup"), "policies", "list", "--wide"))
                .contains(alice);
    }

    @Test
    void showsHowPoliciesRelateToACleanup() throws IOException, SQLException {
        String[] at = as(alice, "executions:read", "executions:cleanup");
        String policy = console.json(at, "policies", "set", "--keep-days", "30", "--json")
                .get("id")
                .asText();
        console.text(at, "cleanup", "--days", "30", "--ignore-policies");
        database.execute("INSERT INTO cleanup (id, state, before, statuses, owner_id, requested_by, policy_id) SELECT '"
                + Ids.next() + "', 3, now(), '{}', id, subject, '" + policy + "' FROM owner WHERE subject = '" + alice
                + "'");

        String text = console.text(at, "cleanups", "--wide");
        JsonNode json = console.json(at, "cleanups", "--json");

        assertThat(text).contains(alice + ", ignoring policies", alice + ", by policy " + policy);
        assertThat(json.at("/nodes/0/policyId").asText()).isEqualTo(policy);
        assertThat(json.at("/nodes/0/ignorePolicies").asBoolean(true)).isFalse();
        assertThat(json.at("/nodes/1/ignorePolicies").asBoolean()).isTrue();
    }

    @Test
    void showsWhatACleanupKeptAndWhy() {
        String dave = "dave-" + Ids.next();
        record(dave, "kept", 3);
        String[] at = as(dave, "executions:read", "executions:cleanup");
        console.text(at, "policies", "set", "--keep-days", "90");

        assertThat(console.text(at, "cleanup", "--days", "30"))
                .startsWith("Deleted 0 executions")
                .containsPattern("Kept:\n +by a policy +3\n");
    }

    @Test
    void asksForConfirmationOutsideOfTheJson() throws IOException {
        record(alice, "asked", 3);
        String[] at = as(alice, "executions:read", "executions:cleanup");

        int refused = console.runOnTerminal("n\n", at, "cleanup", "--days", "30", "--json");
        String output = console.out();
        String question = console.err();
        int confirmed = console.runOnTerminal("y\n", at, "cleanup", "--days", "30", "--json");
        JsonNode deleted = JSON.readTree(console.out());

        assertThat(refused).isEqualTo(3);
        assertThat(output).isEmpty();
        assertThat(question)
                .contains("Would delete 3 executions.", "Delete these executions? [y/N]", "nothing was deleted");
        assertThat(confirmed).isZero();
        assertThat(deleted.get("deleted").asInt()).isEqualTo(3);
    }

    @Test
    void skipsTheConfirmationWithoutMatchesOrWithYes() throws IOException {
        String[] at = as("nobody", "executions:cleanup");

        int empty = console.runOnTerminal("", at, "cleanup", "--days", "30", "--json");
        JsonNode found = JSON.readTree(console.out());
        String error = console.err();
        int yes = console.runOnTerminal("", at, "cleanup", "--days", "30", "--json", "--yes");

        assertThat(empty).isZero();
        assertThat(found.get("matched").asInt()).isZero();
        assertThat(error).contains("Would delete 0 executions.").doesNotContain("Delete these");
        assertThat(yes).isZero();
        assertThat(console.err()).doesNotContain("y/N", "Would");
    }

    @Test
    void sumsUpTheWorkflowsBeyondTheTenLargest() {
        String carol = "carol-" + Ids.next();
        for (int i = 0; i < 12; i++) {
            record(carol, "workflow-" + i, i < 10 ? 3 : 1);
        }
        String[] at = as(carol, "executions:cleanup");

        String preview = console.text(at, "cleanup", "--days", "30", "--dry-run");

        assertThat(preview)
                .contains("Would delete 32 executions.")
                .contains("  workflow workflow-9")
                .doesNotContain("workflow-11")
                .containsPattern("  other workflows +2\n");
    }

    @Test
    void fitsTablesIntoATerminalAndShowsWorkflowKeys() throws IOException, SQLException {
        String erin = "erin-" + Ids.next();
        String key = "import-orders-of-all-regions-and-then-some-more-of-them";
        record(erin, key, 2);
        String[] at = as(erin, "executions:read", "executions:cleanup");
        String set = console.text(at, "policies", "set", "--keep-days", "300", "--keep-last", "5", "--workflow", key);
        String policy =
                console.json(at, "policies", "list", "--json").at("/nodes/0/id").asText();
        database.execute("UPDATE retention_policy SET last_run_at = now() WHERE id = '" + policy + "'");
        console.text(at, "cleanup", "--days", "30", "--keep-last", "1", "--ignore-policies", "--workflow", key);
        database.execute("UPDATE cleanup SET policy_id = '" + policy + "'");

        String policies = console.text(at, "policies", "list");
        String widePolicies = console.text(at, "policies", "list", "--wide");
        String cleanups = console.text(at, "cleanups");
        String wideCleanups = console.text(at, "cleanups", "--wide");
        String stats = console.text(at, "stats");

        for (String table : new String[] {set, policies, cleanups, stats}) {
            assertThat(table.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
        }
        assertThat(set).contains("workflow import-ord", "300 days and the latest 5");
        assertThat(policies)
                .contains(policy.substring(28), "workflow import-ord")
                .doesNotContain(policy);
        assertThat(widePolicies).contains(policy, "workflow " + key + " (");
        assertThat(wideCleanups).contains(erin, "workflow " + key + " (", "except the latest 1", "by policy " + policy);
        assertThat(console.run(at, "policies", "delete", "00000000")).isEqualTo(1);
        assertThat(console.text(at, "policies", "delete", policy.substring(28))).contains(policy);
    }

    @Test
    void keepsThirtyDaysOrSevenForAStatusByDefault() throws IOException {
        String frank = "frank-" + Ids.next();
        record(frank, "nightly", 3);
        String[] at = as(frank, "executions:read", "executions:cleanup");

        assertThat(console.text(at, "cleanup", "--dry-run")).contains("Would delete 3 executions.", "last 30 days");
        assertThat(console.text(at, "cleanup-status", "success", "--dry-run")).contains("last 7 days");
        assertThat(console.run(at, "cleanup")).isEqualTo(2);
        assertThat(console.err()).contains("Missing --days", "--yes").hasLineCount(1);
        assertThat(console.run(at, "cleanup-status", "success", "--json")).isEqualTo(2);
        assertThat(console.runOnTerminal("n\n", at, "cleanup")).isEqualTo(3);
        assertThat(console.out()).contains("Would delete 3 executions.", "last 30 days", "Delete these");
        assertThat(console.text(at, "stats")).containsPattern("oldest day \\(UTC\\) +\\d{4}-\\d\\d-\\d\\d\n");
        assertThat(console.text(at, "cleanup", "--yes")).startsWith("Deleted 3 executions");
    }

    private String[] as(String subject, String... scopes) {
        return new String[] {"--url", server.url().toString(), "--token", server.token(subject, scopes)};
    }

    private void record(String subject, String workflow, int runs) {
        StringBuilder body = new StringBuilder();
        Instant start = Instant.now().minus(Duration.ofDays(40));
        for (int i = 0; i < runs; i++) {
            body.append(String.format(
                    "{\"event\":\"execution\",\"workflow\":\"%s\",\"id\":\"%s\",\"status\":\"SUCCESS\"}\n",
                    workflow, Ids.at(start)));
        }
        assertThat(server.events(server.token(subject), body.toString()).body())
                .isEqualTo("{\"recorded\":" + runs + ",\"duplicates\":0,\"rejected\":[]}");
    }
}
