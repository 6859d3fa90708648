package dev.runlog.storage.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

/** Finds servers that are connected to a database. */
public final class ConnectedServers {
    private static final String COUNT = """
            SELECT count(*)
            FROM pg_stat_activity
            WHERE datname = current_database() AND starts_with(application_name, '%s')
            """.formatted(Database.NAME_PREFIX);

    private ConnectedServers() {}

    /** Whether a Runlog server is connected; blocks its thread. Fails if the database is unreachable. */
    public static boolean exist(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(Migrations.jdbcUrl(url), properties(url));
                PreparedStatement statement = connection.prepareStatement(COUNT);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() && rows.getInt(1) > 0;
        }
    }

    private static Properties properties(String url) {
        Properties properties = new Properties();
        String[] user = Migrations.user(url);
        if (user.length > 0) {
            properties.setProperty("user", user[0]);
        }
        if (user.length > 1) {
            properties.setProperty("password", user[1]);
        }
        return properties;
    }
}
