package dev.runlog.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A database of one test class, migrated and otherwise empty. */
public final class TestDatabase {
    private final TestServer server;
    private final String name;

    TestDatabase(TestServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /** {@code postgresql://user:password@host:port/name}, as the configuration takes it. */
    public String url() {
        return server.url(name);
    }

    public String name() {
        return name;
    }

    /** A plain connection, to look at what is stored or to stand in somebody's way. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(name), server.user(), server.password());
    }

    /** Runs statements as they are. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row as text, {@code null} in words where it is null. */
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

    /** Waits half a minute at the most, on the database itself, until a query finds something. */
    public void awaitRows(String query) throws SQLException {
        awaitRows(query, Duration.ofSeconds(30));
    }

    /** The same with another patience; fails where it does not come. */
    public void awaitRows(String query, Duration patience) throws SQLException {
        execute("DO $$ BEGIN FOR i IN 1.." + patience.toMillis() / 10
                + " LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS (" + query
                + ") THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE 'It did not come.'; END $$");
    }

    /** Whether the server lets anyone in; taking it away ends the connections that are there. */
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
