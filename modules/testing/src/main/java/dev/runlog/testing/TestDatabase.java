package dev.runlog.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The database of one test class, migrated but otherwise empty. */
public final class TestDatabase {
    private final TestServer server;
    private final String name;

    TestDatabase(TestServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /** {@code postgresql://user:password@host:port/name}, as in the configuration. */
    public String url() {
        return server.url(name);
    }

    public String name() {
        return name;
    }

    /** Opens a plain connection, to inspect what is stored or to hold locks. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(name), server.user(), server.password());
    }

    /** Executes SQL statements. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns the first column of the first row as text, {@code "null"} if it is null. */
    public String get(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new AssertionError("No row: " + sql);
            }
            return String.valueOf(rows.getString(1));
        }
    }

    /** Returns the first column of all rows as text. */
    public List<String> list(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** The first column of the first row as a number, such as a count or a sum. */
    public long count(String sql) throws SQLException {
        return Long.parseLong(get(sql));
    }

    /** Waits up to 30 s, within the database, until a query returns rows. */
    public void awaitRows(String query) throws SQLException {
        awaitRows(query, Duration.ofSeconds(30));
    }

    /** Waits until a query returns rows; fails on timeout. */
    public void awaitRows(String query, Duration timeout) throws SQLException {
        execute(
                "DO $$ BEGIN FOR i IN 1.." + timeout.toMillis() / 10
                        + " LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS (" + query
                        + ") THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'Timed out waiting for rows'; END $$");
    }

    /** Allows or forbids connections. Forbidding them also terminates the open ones. */
    public void setReachable(boolean reachable) throws SQLException {
        server.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + reachable);
        if (!reachable) {
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        }
    }

    void drop() throws SQLException {
        server.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }
}
