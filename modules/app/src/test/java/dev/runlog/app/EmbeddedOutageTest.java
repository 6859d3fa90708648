package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.database.DatabaseDirectory;
import dev.runlog.app.database.EmbeddedDatabase;
import dev.runlog.app.database.SmallDisk;
import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with an embedded database that is killed or runs out of disk space. */
final class EmbeddedOutageTest {
    private static final String COUNT = "{ executions { totalCount } }";
    private static final String START = "mutation { startExecution(input: {workflowKey: \"w\"}) { execution { id } } }";
    private static final int DISK_MEGABYTES = 400;
    private static final List<UUID> LARGE_BODY =
            Stream.generate(Ids::next).limit(10).toList();

    @TempDir(factory = DatabaseDirectory.class)
    Path directory;

    @Test
    void restartsTheDatabaseAfterItsPostmasterIsKilled() throws Exception {
        try (RunningServer server = start()) {
            String token = server.token("alice");
            server.data(token, START);
            ProcessHandle killed = postmaster().orElseThrow();
            List<ProcessHandle> backends = killed.descendants().toList();

            killed.destroyForcibly();

            RunningServer.awaitThat(() -> restarts(server, "succeeded") == 1);
            assertRecordsAndReads(server, token, 2);
            assertThat(postmaster().orElseThrow().pid()).isNotEqualTo(killed.pid());
            assertThat(backends).noneMatch(PostgresProcesses::runs);
        }
        assertThat(directory.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    @Test
    void restartsADatabaseThatWasShutDownBySomeoneElse() throws Exception {
        try (RunningServer server = start()) {
            String token = server.token("alice");
            server.data(token, START);

            // SIGINT is PostgreSQL's fast shutdown.
            PostgresProcesses.signal("INT", List.of(postmaster().orElseThrow()));

            RunningServer.awaitThat(() -> restarts(server, "succeeded") == 1);
            assertRecordsAndReads(server, token, 2);
        }
    }

    @Test
    void continuesAfterABackendIsKilled() throws Exception {
        try (RunningServer server = start()) {
            String token = server.token("alice");
            server.data(token, START);
            long postmaster = postmaster().orElseThrow().pid();
            try (Connection connection = connect()) {
                long pid = Long.parseLong(ask(connection, "SELECT pg_backend_pid()"));

                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            }

            assertRecordsAndReads(server, token, 2);
            assertThat(postmaster().orElseThrow().pid()).isEqualTo(postmaster);
            assertThat(restarts(server, "succeeded")).isZero();
        }
    }

    @Test
    void startsAfterPostmasterAndRunlogWereKilledThoughABackendLivesOn() throws Exception {
        EmbeddedDatabase killed = EmbeddedDatabase.start(directory);
        Connection client = connect(killed.port());
        ProcessHandle stopped = ProcessHandle.of(Long.parseLong(ask(client, "SELECT pg_backend_pid()")))
                .orElseThrow();
        // A stopped backend does not notice that its postmaster is gone.
        PostgresProcesses.signal("STOP", List.of(stopped));
        ProcessHandle postmaster = postmaster().orElseThrow();
        postmaster.destroyForcibly();
        PostgresProcesses.awaitExit(List.of(postmaster));
        killed.abandon();

        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                Connection connection = connect(database.port())) {
            assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
            assertThat(PostgresProcesses.runs(stopped)).isFalse();
        }
    }

    @Test
    void exitsWithCodeFourIfTheDatabaseCannotBeStartedAgain() throws Exception {
        try (ServerProcess server = ServerProcess.start(
                RunningServer.environment("", "DATA_DIR", directory.toString(), "DATABASE_RESTARTS_MAX", "2"))) {
            Files.writeString(
                    directory.resolve("postgres/postgresql.conf"), "no_such_setting = 1\n", StandardOpenOption.APPEND);

            postmaster().orElseThrow().destroyForcibly();

            assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process().exitValue()).isEqualTo(ServeCommand.DATABASE_LOST);
        }
        // It let go of what it held.
        EmbeddedDatabase.lock(directory).close();
    }

    @Test
    void quotesTheEndOfThePostgresLogWithoutRowsAndStatements() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                Connection connection = connect(database.port());
                Statement statement = connection.createStatement()) {
            statement.execute("DO $$ BEGIN RAISE LOG 'something that helps'; END $$");
            assertThat(database.lastWords()).endsWith("LOG:  something that helps");

            assertThatThrownBy(() -> statement.execute("SELECT 'a secret'::int"))
                    .hasMessageContaining("a secret");
            assertThat(database.lastWords()).endsWith("LOG:  something that helps");
        }
    }

    @Test
    void pausesRecordingOnLowDiskSpaceButReadsAndCleansUp() throws Exception {
        long freeMin = 100 << 20;
        try (SmallDisk disk = SmallDisk.withDatabase(directory, DISK_MEGABYTES);
                RunningServer server = start("DATABASE_FREE_MIN", Long.toString(freeMin))) {
            String token = server.token("alice");
            server.data(token, START);

            disk.leave(freeMin - (1 << 20));
            RunningServer.awaitThat(() -> server.metric("runlog_database_space_low") == 1);

            assertRefused(server.graphql(token, START));
            assertRefused(
                    server.graphql(token, "mutation { upsertWorkflow(input: {key: \"v\"}) { workflow { id } } }"));
            HttpResponse<String> events = server.events(token, "{\"event\":\"started\",\"workflow\":\"w\"}");
            assertThat(events.statusCode()).isEqualTo(503);
            assertThat(events.headers().firstValue("Retry-After")).contains("10");
            assertThat(events.body()).contains("database.free-min: 100 MB");
            assertThat(total(server, token)).isEqualTo(1);
            String cleaner = server.token("alice", "executions:read", "executions:cleanup");
            assertThat(server.send(server.request("/logs/cleanup?days_to_keep=1", cleaner)
                                    .DELETE())
                            .statusCode())
                    .isLessThan(300);
            HttpResponse<String> ready = server.get("/health/ready", "");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(RunningServer.json(ready).get("recording").asText()).startsWith("Low disk space");
            assertThat(server.metric("runlog_database_free_bytes")).isBetween(1.0, (double) freeMin);

            disk.empty();
            RunningServer.awaitThat(() -> server.metric("runlog_database_space_low") == 0);
            assertThat(total(server, token)).isEqualTo(1);
            server.data(token, START);
            assertThat(RunningServer.json(server.get("/health/ready", ""))
                            .get("recording")
                            .asText())
                    .isEqualTo("UP");
        }
    }

    @Test
    void startsADatabaseThatRanOutOfSpaceAgainWhenThereIsRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.withDatabase(directory, DISK_MEGABYTES);
                RunningServer server = start("DATABASE_FREE_MIN", "0", "DATABASE_RESTARTS_MAX", "1")) {
            String token = server.token("alice");
            disk.leave(40 << 20);
            List<UUID> recorded = recordUntilRefused(server, token);
            disk.empty();
            disk.leave(0);

            // It may have stopped by then.
            postmaster().ifPresent(ProcessHandle::destroyForcibly);
            // On the full disk it fails to start, or waits in its recovery: versions and file systems differ.
            RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 503);
            disk.empty();

            RunningServer.awaitThat(() -> restarts(server, "succeeded") > 0);
            RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 200);
            assertHas(recorded);
            server.data(token, START);
        }
    }

    @Test
    void returnsOverloadedWhileAnExternalDatabaseHasNoSpace() throws Exception {
        try (SmallDisk disk = SmallDisk.withDatabase(directory, DISK_MEGABYTES);
                EmbeddedDatabase database = EmbeddedDatabase.start(directory);
                RunningServer server = RunningServer.start(database.url())) {
            String token = server.token("alice");
            assertThat(server.events(token, event(Ids.next())).statusCode()).isEqualTo(200);
            disk.leave(0);

            HttpResponse<String> answer = server.events(token, body(LARGE_BODY));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("10");
            assertThat(answer.body()).contains("The database has no disk space left.");
            assertThat(total(server, token)).isEqualTo(1);

            disk.empty();
            assertThat(server.events(token, body(LARGE_BODY)).statusCode()).isEqualTo(200);
        }
    }

    private RunningServer start(String... overrides) {
        List<String> all = new ArrayList<>(List.of("DATA_DIR", directory.toString()));
        all.addAll(List.of(overrides));
        return RunningServer.start("", all.toArray(String[]::new));
    }

    private static double restarts(RunningServer server, String outcome) {
        String prefix = "runlog_database_restarts_total{outcome=\"" + outcome + "\"} ";
        return server.get("/metrics", "")
                .body()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(prefix.length())))
                .sum();
    }

    private static int total(RunningServer server, String token) {
        return server.data(token, COUNT).at("/executions/totalCount").asInt();
    }

    /** Awaits that it records again, and has no more and no less than it should. */
    private static void assertRecordsAndReads(RunningServer server, String token, int total) {
        RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 200);
        RunningServer.awaitThat(() -> !server.graphql(token, START).has("errors"));
        assertThat(total(server, token)).isEqualTo(total);
    }

    private static void assertRefused(JsonNode answer) {
        assertThat(answer.at("/errors/0/extensions/code").asText())
                .as(answer.toString())
                .isEqualTo("OVERLOADED");
        assertThat(answer.at("/errors/0/message").asText()).contains("database.free-min: 100 MB");
    }

    /** Records until there is no space, and returns the ids of what was answered as recorded. */
    private static List<UUID> recordUntilRefused(RunningServer server, String token) {
        List<UUID> recorded = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            List<UUID> ids = Stream.generate(Ids::next).limit(10).toList();
            HttpResponse<String> answer = server.events(token, body(ids));
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                return recorded;
            }
            recorded.addAll(ids);
        }
        throw new AssertionError("The disk did not fill up.");
    }

    private static String body(List<UUID> ids) {
        return ids.stream().map(EmbeddedOutageTest::event).collect(Collectors.joining("\n"));
    }

    /** Of 200,000 characters that cannot be compressed much. */
    private static String event(UUID id) {
        byte[] random = new byte[100_000];
        new Random(id.getLeastSignificantBits()).nextBytes(random);
        return "{\"event\":\"execution\",\"workflow\":\"large\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\","
                + "\"finishedAt\":\"" + Ids.timeOf(id) + "\",\"payload\":\""
                + HexFormat.of().formatHex(random) + "\"}";
    }

    private void assertHas(List<UUID> recorded) throws Exception {
        String ids = recorded.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        assertThat(recorded).isNotEmpty();
        try (Connection connection = connect()) {
            assertThat(ask(connection, "SELECT count(*) FROM execution WHERE id IN (" + ids + ")"))
                    .isEqualTo(Integer.toString(recorded.size()));
        }
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        return PostgresProcesses.postmaster(directory);
    }

    /** To the database that runs now. */
    private Connection connect() throws IOException, SQLException {
        return connect(PostgresProcesses.port(directory));
    }

    private Connection connect(int port) throws IOException, SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/runlog",
                "runlog",
                Files.readString(directory.resolve("postgres-password")));
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
