package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands of operators, as they are typed. */
@ExtendWith(PostgresExtension.class)
final class CommandLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream outBefore = System.out;
    private final PrintStream errBefore = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private TestDatabase database;

    @BeforeEach
    void listen(TestDatabase database) {
        this.database = database;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(outBefore);
        System.setErr(errBefore);
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
        "cleanup-status broken --days 7, 'broken'",
        "cleanup-status running --days 7, 'running'",
        "cleanup-status --days 7, STATUS",
        "stats --days 0, '0'",
        "cleanups --last many, 'many'",
        "policies, list",
        "policies set, --keep-days",
        "policies set --keep-days x, 'x'",
        "policies set --keep-days 3 --status gone, 'gone'",
        "purge, purge"
    })
    void namesABadValueInOneLineAndEndsWithTwo(String line, String named) {
        int code = Main.commandLine().execute(line.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("runlog: ")
                .contains(named);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void previewsDeletesAndTellsOfItThroughAServer() throws Exception {
        try (RunningServer server =
                RunningServer.start(database, "LOG_LEVEL", "error", "DATABASE_POOL_WAIT", "PT20S")) {
            String subject = "alice-" + Ids.next();
            record(server, subject, 40, 30);
            record(server, subject, 2, 5);
            String token = server.token(subject, "executions:read", "executions:cleanup");
            String[] at = {"--url", server.url().toString(), "--token", token};

            JsonNode preview = json(at, "cleanup", "--days", "30", "--dry-run", "--json");
            assertThat(preview.at("/preview/executions").asInt()).isEqualTo(30);
            assertThat(preview.at("/preview/exact").asBoolean()).isTrue();
            assertThat(text(at, "cleanup", "--days", "30", "--dry-run"))
                    .contains("Would delete 30 executions.", "of workflow nightly          30");
            assertThat(text(at, "cleanup", "--days", "30"))
                    .startsWith("Deleted 30 executions, 1 whole day among them; ");
            assertThat(text(at, "cleanup-status", "failed", "success", "--days", "1"))
                    .startsWith("Deleted 5 executions");
            assertThat(text(at, "cleanups"))
                    .contains("dry run", "completed", subject, "failed")
                    .contains("30");
            assertThat(json(at, "cleanups", "--json").at("/totalCount").asInt()).isEqualTo(4);
            assertThat(text(at, "stats")).contains("success", "ever recorded", "35");
            assertThat(json(at, "stats", "--json").at("/recorded/success").asInt())
                    .isEqualTo(35);

            assertThat(text(at, "policies", "list")).contains("There are no policies");
            assertThat(text(at, "policies", "set", "--keep-days", "30", "--keep-last", "5", "--workflow", "nightly"))
                    .contains("30 days and the newest 5");
            String id = json(at, "policies", "list", "--json").at("/nodes/0/id").asText();
            assertThat(text(at, "policies", "delete", id)).isEqualTo("Policy " + id + " is gone.\n");
            assertThat(run(at, "policies", "delete", id)).isEqualTo(1);
            assertThat(run(at, "stats", "--all-owners")).isEqualTo(1);
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("FORBIDDEN");

            assertThat(run(new String[] {"--database", database.url()}, "stats"))
                    .isEqualTo(1);
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("A server is connected to this database");
        }
        String[] direct = {"--database", database.url()};
        database.execute("INSERT INTO retention_policy (id, statuses, keep_for, from_configuration) "
                + "VALUES (gen_random_uuid(), '{}', '9000 days', true);"
                + "INSERT INTO cleanup (id, dry_run, state, before, statuses, requested_by) "
                + "VALUES (gen_random_uuid(), false, 1, now(), '{}', 'somebody')");
        assertThat(json(direct, "stats", "--json").at("/recorded/success").asInt())
                .isEqualTo(35);
        assertThat(text(direct, "cleanups")).contains("completed");
        assertThat(text(direct, "policies", "list")).contains("9000 days");
        assertThat(database.get("SELECT state FROM cleanup WHERE requested_by = 'somebody'"))
                .isEqualTo("1");
        assertThat(run(new String[] {"--database", "postgresql://nobody@127.0.0.1:1/none"}, "stats"))
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

    private int run(String[] at, String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(at));
        return Main.commandLine().execute(all.toArray(String[]::new));
    }

    private String text(String[] at, String... arguments) {
        int code = run(at, arguments);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json(String[] at, String... arguments) throws Exception {
        return JSON.readTree(text(at, arguments));
    }
}
