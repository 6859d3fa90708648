package dev.runlog.storage.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

/** Who else is at a database. */
public final class Serving {
    private static final String COUNT = """
            SELECT count(*)
            FROM pg_stat_activity
            WHERE datname = current_database() AND starts_with(application_name, '%s')
            """.formatted(Database.NAME_PREFIX);

    private Serving() {}

    /** Whether a server of Runlog's is connected; blocks its thread. Fails where the database cannot be reached. */
    public static boolean isServed(String url) throws SQLException {
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
