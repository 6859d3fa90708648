package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, as typed. */
@ExtendWith(PostgresExtension.class)
final class CommandLineTest {
    private TestDatabase database;
    private Console console;

    @BeforeEach
    void listen(TestDatabase database) {
        this.database = database;
        console = new Console();
    }

    @AfterEach
    void restore() {
        console.close();
    }

    @ParameterizedTest
    @CsvSource({
        "cleanup --days 0, '0'",
        "cleanup --days -3, '-3'",
        "cleanup --days abc, 'abc'",
        "cleanup --days 1.5, '1.5'",
        "cleanup --days 99999999999, '99999999999'",
        "cleanup --days 1 --keep-last 0, '0'",
        "cleanup, --days",
        "cleanup --json --all-owners, --days",
        "cleanup --day 30, --day",
        "cleanup --day=30 --yes, --day",
        "cleanup --days 30d, 30d",
        "cleanup --days P30D, P30D",
        "cleanup --days= --yes, --days",
        "cleanup --days 30 --days 3, --days",
        "cleanup --days --dry-run, --days",
        "cleanup --days 30 --dryrun, --dryrun",
        "cleanup --days 30 --dry-run true, true",
        "cleanup --days 30 --dry-run=maybe, maybe",
        "cleanup --days 30 failed, failed",
        "cleanup --days 30 --workflow --dry-run, --workflow",
        "cleanup --days 30 --owner=, --owner",
        "cleanup-status failed, --days",
        "cleanup-status failed 30, 30",
        "cleanup-status failed --days 30 -n, -n",
        "cleanup-status --status failed --days 30, --status",
        "policies delete, ID",
        "policies delete 1-1-1-1-1, 1-1-1-1-1",
        "policies delete 0f3c21ab 0f3c21ac, 0f3c21ac",
        "policies delete --all 0f3c21ab, --all",
        "policies set --keep-days 3 --status=, Invalid status",
        "record --workflow a, command",
        "record -- ls, --workflow",
        "cleanup-status broken --days 7, 'broken'",
        "cleanup-status running --days 7, 'running'",
        "cleanup-status --days 7, STATUS",
        "stats --days 0, '0'",
        "cleanups --last many, 'many'",
        "cleanup --days 1 --owner alice --all-owners, --owner",
        "policies set --keep-days 1 --owner alice --all-owners, --owner",
        "stats --owner alice, --owner",
        "cleanups --owner alice, --owner",
        "policies list --owner alice, --owner",
        "policies, list",
        "workflows, delete",
        "workflows delete, KEY",
        "workflows delete a, --yes",
        "workflows delete a --yes --all-owners, --owner",
        "policies set, --keep-days",
        "policies set --keep-days x, 'x'",
        "policies set --keep-days 3 --status gone, 'gone'",
        "purge, purge",
        "stats --url localhost:18301, localhost:18301",
        "stats --url ftp://localhost, ftp://localhost",
        "stats --url http://, http://",
        "stats --url http://user:secret@localhost, --url",
        "token --subject a --valid-for PT0S, PT0S",
        "token --subject a --valid-for PT-1H, PT-1H",
        "token --subject a --valid-for P999999999D, --valid-for",
        "token --subject a --valid-for soon, soon",
        "token --subject a --scope executions:reed, executions:reed",
        "token, --subject"
    })
    void reportsABadValueInOneLineWithExitCodeTwo(String line, String shown) {
        int code = console.run(new String[0], line.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(console.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("runlog: ")
                .contains(shown);
        assertThat(console.out()).isEmpty();
    }

    @Test
    void previewsDeletesAndListsCleanups() throws Exception {
        try (RunningServer server =
                RunningServer.start(database, "LOG_LEVEL", "error", "DATABASE_POOL_WAIT", "PT20S")) {
            String subject = "alice-" + Ids.next();
            record(server, subject, 40, 30);
            record(server, subject, 2, 5);
            String token = server.token(subject, "executions:read", "executions:cleanup");
            String[] at = {"--url", server.url().toString(), "--token", token};

            JsonNode preview = console.json(at, "cleanup", "--days", "30", "--dry-run", "--json");
            assertThat(preview.at("/preview/executions").asInt()).isEqualTo(30);
            assertThat(preview.at("/preview/exact").asBoolean()).isTrue();
            assertThat(console.text(at, "cleanup", "--days", "30", "--dry-run"))
                    .contains("Would delete 30 executions.", "workflow nightly          30");
            assertThat(console.text(at, "cleanup", "--days", "30")).startsWith("Deleted 30 executions; ");
            assertThat(console.text(at, "cleanup-status", "failed", "success", "--days", "1"))
                    .startsWith("Deleted 5 executions");
            assertThat(console.text(at, "cleanups", "--wide"))
                    .contains("completed", subject, "failed")
                    .contains("30")
                    .doesNotContain("dry run");
            assertThat(console.json(at, "cleanups", "--json").at("/totalCount").asInt())
                    .isEqualTo(2);
            assertThat(console.text(at, "stats")).contains("success", "ever recorded", "35");
            assertThat(console.json(at, "stats", "--json")
                            .at("/recorded/success")
                            .asInt())
                    .isEqualTo(35);

            assertThat(console.text(at, "policies", "list")).contains("No policies");
            assertThat(console.text(
                            at, "policies", "set", "--keep-days", "30", "--keep-last", "5", "--workflow", "nightly"))
                    .contains("30 days and the latest 5");
            String id = console.json(at, "policies", "list", "--json")
                    .at("/nodes/0/id")
                    .asText();
            assertThat(console.text(at, "policies", "delete", id)).isEqualTo("Deleted policy " + id + ".\n");
            assertThat(console.run(at, "policies", "delete", id)).isEqualTo(1);
            assertThat(console.run(at, "policies", "delete", "nothing")).isEqualTo(2);
            assertThat(console.err()).contains("Invalid policy ID: nothing");
            assertThat(console.run(at, "stats", "--all-owners")).isEqualTo(1);
            assertThat(console.err()).contains("FORBIDDEN");

            assertThat(console.run(new String[] {"--database", database.url()}, "stats"))
                    .isEqualTo(1);
            assertThat(console.err()).contains("A server is connected to this database");
        }
        String[] direct = {"--database", database.url()};
        database.execute("INSERT INTO retention_policy (id, statuses, keep_for, from_configuration) "
                + "VALUES (gen_random_uuid(), '{}', '9000 days', true);"
                + "INSERT INTO cleanup (id, state, before, statuses, requested_by) "
                + "VALUES (gen_random_uuid(), 1, now(), '{}', 'somebody')");
        assertThat(console.json(direct, "stats", "--json")
                        .at("/recorded/success")
                        .asInt())
                .isEqualTo(35);
        assertThat(console.text(direct, "cleanups")).contains("completed");
        assertThat(console.text(direct, "policies", "list")).contains("9000 days");
        assertThat(database.count("SELECT count(*) FROM cleanup WHERE requested_by = 'somebody' AND state = 1"))
                .as("pending cleanups")
                .isEqualTo(1);
        assertThat(console.run(new String[] {"--database", "postgresql://nobody@127.0.0.1:1/none"}, "stats"))
                .isEqualTo(1);
    }

    private static void record(RunningServer server, String subject, int daysAgo, int runs) {
        StringBuilder body = new StringBuilder();
        Instant start = Instant.now().minus(Duration.ofDays(daysAgo));
        for (int i = 0; i < runs; i++) {
            body.append("{\"event\":\"execution\",\"workflow\":\"nightly\",\"id\":\"" + Ids.at(start)
                    + "\",\"status\":\"SUCCESS\"}\n");
        }
        assertThat(server.events(server.token(subject), body.toString()).body())
                .isEqualTo("{\"recorded\":" + runs + ",\"duplicates\":0,\"rejected\":[]}");
    }
}
