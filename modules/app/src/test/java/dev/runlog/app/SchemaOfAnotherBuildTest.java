package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.database.DatabaseDirectory;
import dev.runlog.app.database.EmbeddedDatabase;
import dev.runlog.app.server.Server;
import dev.runlog.storage.db.Migrations;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
final class SchemaOfAnotherBuildTest {
    private static final String OTHER_V1 =
            "UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '1'";

    @Test
    void rejectsTheDatabaseOfAnEarlierBuild(TestDatabase database) throws SQLException {
        database.execute(OTHER_V1);
        try {
            assertThatThrownBy(() -> RunningServer.start(database.url()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessage("The schema of database " + database.name() + " at "
                            + URI.create(database.url()).getHost()
                            + " was created by another build of Runlog. Data is not upgraded before 0.1.0: set "
                            + "database.url to an empty database.");
        } finally {
            database.execute("UPDATE flyway_schema_history SET checksum = checksum - 1 WHERE version = '1'");
        }
    }

    @Test
    void rejectsTheDatabaseOfALaterBuild(TestDatabase database) throws SQLException {
        database.execute("INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, "
                + "installed_by, execution_time, success) "
                + "VALUES (1000, '1000', 'later', 'SQL', 'V1000__later.sql', 'runlog', 1, true)");
        try {
            assertThatThrownBy(() -> RunningServer.start(database.url()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageStartingWith("The schema of database ");
        } finally {
            database.execute("DELETE FROM flyway_schema_history WHERE version = '1000'");
        }
    }

    @Test
    void rejectsTheDataDirectoryOfAnEarlierBuild(@TempDir(factory = DatabaseDirectory.class) Path directory)
            throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(directory)) {
            Migrations.run(database.url());
            URI uri = URI.create(database.url());
            String[] user = uri.getUserInfo().split(":", 2);
            try (Connection connection = DriverManager.getConnection(
                            "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
                            user[0],
                            user[1]);
                    Statement statement = connection.createStatement()) {
                statement.execute(OTHER_V1);
            }
        }
        RunlogConfig config =
                RunlogConfig.load(null, Map.of("RUNLOG_DATA_DIR", directory.toString(), "RUNLOG_HTTP_PORT", "0"));

        assertThatThrownBy(() -> Server.start(config))
                .isInstanceOf(StartFailure.class)
                .hasMessage("The data in " + directory
                        + " was created by another build of Runlog. Data is not upgraded before 0.1.0: remove this "
                        + "directory, or set another data-dir.");
    }
}
