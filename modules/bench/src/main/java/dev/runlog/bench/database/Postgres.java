package dev.runlog.bench.database;

import dev.runlog.bench.support.BenchFailure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A database at {@code postgresql://user:password@host:port/name}. */
public record Postgres(String host, int port, String user, String password, String name) {

    public static Postgres of(String url) {
        URI uri = URI.create(url);
        String[] user = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        return new Postgres(
                uri.getHost(),
                uri.getPort() < 0 ? 5432 : uri.getPort(),
                user.length > 0 ? decoded(user[0]) : "postgres",
                user.length > 1 ? decoded(user[1]) : "",
                uri.getPath().substring(1));
    }

    public String url() {
        return "postgresql://" + user + ":" + password + "@" + host + ":" + port + "/" + name;
    }

    /** Another database on the same server. */
    public Postgres named(String other) {
        return new Postgres(host, port, user, password, other);
    }

    /** The same database through another port of this machine. */
    Postgres through(int proxyPort) {
        return new Postgres("127.0.0.1", proxyPort, user, password, name);
    }

    /** Environment variables for PostgreSQL programs. */
    Map<String, String> environment() {
        return Map.of(
                "PGHOST",
                host,
                "PGPORT",
                Integer.toString(port),
                "PGUSER",
                user,
                "PGPASSWORD",
                password,
                "PGDATABASE",
                name,
                // Like the server's own connections.
                "PGOPTIONS",
                "-c plan_cache_mode=force_generic_plan");
    }

    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("options", "-c plan_cache_mode=force_generic_plan");
        return DriverManager.getConnection("jdbc:postgresql://" + host + ":" + port + "/" + name, properties);
    }

    public void execute(String sql) {
        executeAll(List.of(sql));
    }

    /** Executes each on the same connection, in a transaction of its own. */
    void executeAll(List<String> statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    /** Returns the first column of the first row, empty if it is null. */
    public String get(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new BenchFailure("No row: " + sql);
            }
            String value = rows.getString(1);
            return value == null ? "" : value;
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    /** Calls a function with the ID of the process that serves a new connection. */
    public <T> @Nullable T withBackend(LongFunction<@Nullable T> use) {
        try (Connection connection = connect()) {
            return use.apply(connection.unwrap(PGConnection.class).getBackendPID());
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    public long getLong(String sql) {
        return Long.parseLong(get(sql));
    }

    /** Writes the first column of each row as a line; returns the number of rows. */
    public long writeLines(String sql, Path file) {
        try (Connection connection = connect();
                OutputStream lines = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            connection.setAutoCommit(false);
            long count = 0;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(1000);
                try (ResultSet rows = statement.executeQuery()) {
                    for (; rows.next(); count++) {
                        lines.write(rows.getString(1).getBytes(StandardCharsets.UTF_8));
                        lines.write('\n');
                    }
                }
            }
            return count;
        } catch (SQLException | IOException failure) {
            throw new BenchFailure("Cannot write the rows: " + failure.getMessage(), failure);
        }
    }

    public void copyTo(String query, Path file) {
        try (Connection connection = connect();
                OutputStream rows = Files.newOutputStream(file)) {
            connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT", rows);
        } catch (SQLException | IOException failure) {
            throw new BenchFailure("Cannot copy the rows: " + failure.getMessage(), failure);
        }
    }

    /** Copies a file into a table, committed when it returns. */
    public long copyFrom(String table, Path file) {
        try (Connection connection = connect();
                InputStream rows = Files.newInputStream(file)) {
            return connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " FROM STDIN", rows, 1 << 16);
        } catch (SQLException | IOException failure) {
            throw new BenchFailure("Cannot copy the rows: " + failure.getMessage(), failure);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
