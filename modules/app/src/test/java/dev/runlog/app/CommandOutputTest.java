package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Escaping of command output, and secrets that it must not show. */
@ExtendWith(PostgresExtension.class)
final class CommandOutputTest {
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

    /** Uses text that sets the window title, clears the screen and reverses text. */
    @Test
    void escapesTerminalControlsInRecordedText() throws Exception {
        String evil = "\u001b]0;x\u0007\u001b[2J\u202egnp.exe\u2066\u009b31m\nforged";
        String shown = "\\u001b]0;x\\u0007\\u001b[2J\\u202egnp.exe\\u2066\\u009b31m\\u000aforged";
        try (RunningServer server =
                RunningServer.start(database, "LOG_LEVEL", "error", "DATABASE_POOL_WAIT", "PT20S")) {
            String subject = "mallory-" + Ids.next();
            record(server, subject);
            try (PreparedStatement rename = database.connect()
                    .prepareStatement("UPDATE workflow SET key = ?, name = ? "
                            + "WHERE owner_id = (SELECT id FROM owner WHERE subject = ?)")) {
                rename.setString(1, evil);
                rename.setString(2, evil);
                rename.setString(3, subject);
                assertThat(rename.executeUpdate()).isEqualTo(1);
            }
            String[] at = at(server, server.token(subject, "executions:read", "executions:cleanup"));

            assertThat(console.text(at, "stats", "--wide")).contains(shown).doesNotContain("\u001b", "\u202e");
            assertThat(console.text(at, "cleanup", "--days", "30", "--dry-run"))
                    .contains(shown)
                    .doesNotContain("\u001b", "\u202e", "\nforged");
            String json = console.text(at, "stats", "--json");
            assertThat(json).doesNotContain("\u001b", "\u202e", "\u009b");
            assertThat(new ObjectMapper()
                            .readTree(json)
                            .at("/byWorkflow/0/workflow/key")
                            .asText())
                    .isEqualTo(evil);
            assertThat(console.run(at, "stats", "--workflow", "no" + evil)).isEqualTo(1);
            assertThat(console.err()).contains(shown).doesNotContain("\u001b", "\u202e", "\nforged");
            assertThat(console.run(at, "stats", "--days", evil)).isEqualTo(2);
            assertThat(console.err()).contains(shown).doesNotContain("\u001b", "\u202e", "\nforged");
        }
    }

    @Test
    void readsTheTokenFromAFileAndWarnsAboutOneInTheArguments(@TempDir Path directory) throws Exception {
        try (RunningServer server =
                RunningServer.start(database, "LOG_LEVEL", "error", "DATABASE_POOL_WAIT", "PT20S")) {
            String token = server.token("carol-" + Ids.next(), "executions:read");
            String url = server.url().toString();
            Path file = Files.writeString(directory.resolve("token"), "  " + token + "\r\n\n");
            Path broken = Files.writeString(directory.resolve("broken"), token + "\r\n" + token);
            String[] none = {};

            console.text(none, "stats", "--url", url, "--token-file", file.toString());
            assertThat(console.err()).isEmpty();
            console.text(none, "stats", "--url", url, "--token", token + "\n");
            assertThat(console.err().lines()).singleElement().asString().contains("warning", "--token-file");
            for (String bad :
                    new String[] {broken.toString(), directory.resolve("absent").toString()}) {
                assertThat(console.run(none, "stats", "--url", url, "--token-file", bad))
                        .isEqualTo(1);
                assertThat(console.err().lines()).hasSize(1);
                assertThat(console.err()).doesNotContain(token);
            }
        }
    }

    @Test
    void readsTheDatabasePasswordFromAFile(@TempDir Path directory) throws Exception {
        URI url = URI.create(database.url());
        String[] user = url.getUserInfo().split(":", 2);
        Path file = Files.writeString(
                directory.resolve("pgpass"), "*:" + url.getPort() + ":*:" + user[0] + ":" + user[1] + "\n");
        String without = "postgresql://" + user[0] + "@" + url.getAuthority().split("@", 2)[1] + url.getPath();
        System.setProperty("org.postgresql.pgpassfile", file.toString());
        try {
            console.text(new String[] {"--database", without}, "stats");
            assertThat(console.err()).doesNotContain("warning");
            console.text(new String[] {"--database", database.url()}, "stats");
            assertThat(console.err()).contains("warning: ", "--database", "PGPASSFILE");
        } finally {
            System.clearProperty("org.postgresql.pgpassfile");
        }
    }

    private static String[] at(RunningServer server, String token) {
        return new String[] {"--url", server.url().toString(), "--token", token};
    }

    private static void record(RunningServer server, String subject) {
        String line = "{\"event\":\"execution\",\"workflow\":\"nightly\",\"id\":\""
                + Ids.at(Instant.now().minus(Duration.ofDays(45))) + "\",\"status\":\"SUCCESS\"}\n";
        assertThat(server.events(server.token(subject), line).body()).contains("\"recorded\":1");
    }
}
