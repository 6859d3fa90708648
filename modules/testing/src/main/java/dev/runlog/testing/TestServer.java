package dev.runlog.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** One PostgreSQL server for all tests of a JVM: a container if Docker is available, otherwise the embedded server. */
record TestServer(String host, int port, String user, String password) {
    private static final Logger log = LoggerFactory.getLogger(TestServer.class);
    private static final String TEMPLATE = "runlog_template";
    private static final AtomicInteger databases = new AtomicInteger();

    private static final class Holder {
        static final TestServer INSTANCE = start();
    }

    static TestServer get() {
        return Holder.INSTANCE;
    }

    /** Copies the migrated template, which is much faster than migrating. */
    TestDatabase createDatabase() throws SQLException {
        String name = "test_" + databases.incrementAndGet();
        execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
        return new TestDatabase(this, name);
    }

    String url(String database) {
        return "postgresql://" + user + ":" + password + "@" + host + ":" + port + "/" + database;
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static TestServer start() {
        TestServer server = isDockerAvailable() ? startContainer() : startEmbedded();
        try {
            server.execute("CREATE DATABASE " + TEMPLATE);
        } catch (SQLException failure) {
            throw new IllegalStateException("Cannot create the template database.", failure);
        }
        Flyway.configure()
                .dataSource(server.jdbcUrl(TEMPLATE), server.user(), server.password())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return server;
    }

    private static boolean isDockerAvailable() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException absent) {
            return false;
        }
    }

    // Not closed: Ryuk removes the container after the JVM exits.
    @SuppressWarnings("resource")
    private static TestServer startContainer() {
        String image = System.getProperty("runlog.test.postgres-image", "postgres:18-alpine");
        PostgreSQLContainer container = new PostgreSQLContainer(image);
        container
                .withCommand("postgres", "-c", "max_connections=200", "-c", "autovacuum=off")
                .start();
        log.info("Running tests on {} in a container.", image);
        return new TestServer(
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getUsername(),
                container.getPassword());
    }

    // Not closed: the library stops it in a shutdown hook.
    @SuppressWarnings("resource")
    private static TestServer startEmbedded() {
        try {
            EmbeddedPostgres embedded = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "200")
                    // It would change estimates in the middle of a test.
                    .setServerConfig("autovacuum", "off")
                    .start();
            log.info("Running tests on the embedded PostgreSQL, because Docker is not available.");
            return new TestServer("localhost", embedded.getPort(), "postgres", "postgres");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
