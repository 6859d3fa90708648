package dev.runlog.app.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.app.config.StartFailure;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedDatabaseTest {
    @Test
    void isDurableAndRequiresItsPassword(@TempDir Path directory) throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            assertThat(ask(database, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(database, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(database, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(ask(
                            database,
                            "SELECT setting::bigint * 8 / 1024 BETWEEN 128 AND 2048 FROM pg_settings "
                                    + "WHERE name = 'shared_buffers'"))
                    .isEqualTo("t");
            assertThat(ask(database, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(database, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThatThrownBy(() -> DriverManager.getConnection(jdbcUrl(database), "runlog", "guessed"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve("postgres-password"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void keepsItsDataAcrossARestartAndRejectsASecondProcess(@TempDir(factory = DatabaseDirectory.class) Path directory)
            throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            run(database, "CREATE TABLE kept AS SELECT 7 AS n");
            assertThatThrownBy(() -> EmbeddedDatabase.start(directory))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("is in use by another Runlog");
        }

        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            assertThat(ask(database, "SELECT n FROM kept")).isEqualTo("7");
        }
    }

    @Test
    void takesOverFromAServerThatWasKilled(@TempDir(factory = DatabaseDirectory.class) Path directory)
            throws Exception {
        EmbeddedDatabase killed = EmbeddedDatabase.start(directory);
        run(killed, "CREATE TABLE kept AS SELECT 7 AS n");
        // What a kill leaves: PostgreSQL runs on, the lock is gone.
        killed.abandon();

        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            assertThat(ask(database, "SELECT n FROM kept")).isEqualTo("7");
        }
    }

    @Test
    void keepsTheEndOfALogThatGrows(@TempDir(factory = DatabaseDirectory.class) Path directory) throws Exception {
        Path file = directory.resolve("postgres.log");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            run(
                    database,
                    "DO $$ BEGIN FOR i IN 1..2000 LOOP RAISE LOG 'line % %', i, repeat('x', 10000); END LOOP; END $$");
            assertThat(Files.size(file)).isGreaterThan(16 << 20);

            database.capLog();

            assertThat(Files.size(file)).isBetween(1000L << 10, 1L << 20);
            assertThat(database.lastWords()).contains("xxxx");
            run(database, "DO $$ BEGIN RAISE LOG 'behind it'; END $$");
            assertThat(database.lastWords()).endsWith("LOG:  behind it");
            try (Stream<String> lines = Files.lines(file)) {
                assertThat(lines).allMatch(line -> line.length() > 20 || line.startsWith("\t"));
            }
        }
    }

    private static String ask(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void run(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        String[] user = URI.create(database.url()).getUserInfo().split(":", 2);
        return DriverManager.getConnection(jdbcUrl(database), user[0], user[1]);
    }

    private static String jdbcUrl(EmbeddedDatabase database) {
        return "jdbc:postgresql://127.0.0.1:" + database.port() + "/runlog";
    }
}
