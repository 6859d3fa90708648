package dev.runlog.storage.db;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Migrates a database to the schema of this version. */
public final class Migrations {
    private Migrations() {}

    /**
     * Applies missing migrations and returns their number; blocks its thread. Servers that start at the same time wait
     * for each other.
     *
     * <p>Fails if another build created the schema, see {@link #isFromAnotherBuild}.
     *
     * @param url {@code postgresql://user:password@host:port/name}, as in {@link DatabaseConfig}
     */
    public static int run(String url) {
        String[] user = user(url);
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(jdbcUrl(url), user.length > 0 ? user[0] : null, user.length > 1 ? user[1] : null)
                .locations("classpath:db/migration")
                // By default, Flyway accepts migrations that only a newer build has.
                .ignoreMigrationPatterns(new String[0])
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /** Whether a migration failed because another build created the schema. */
    public static boolean isFromAnotherBuild(Throwable failure) {
        return failure instanceof FlywayValidateException;
    }

    /**
     * Whether a migration failed for a reason that may pass: the database is unreachable, starting, stopping, or out of
     * connections, memory or disk space.
     */
    public static boolean isTransient(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SQLException refused && refused.getSQLState() != null) {
                String state = refused.getSQLState();
                return state.startsWith("08") || state.startsWith("53") || state.startsWith("57P");
            }
        }
        return false;
    }

    static String jdbcUrl(String url) {
        URI uri = URI.create(url);
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getRawPath() + query;
    }

    /** The user and password in the URL; shorter than two elements if any is missing. */
    static String[] user(String url) {
        String both = URI.create(url).getRawUserInfo();
        return both == null
                ? new String[0]
                : Arrays.stream(both.split(":", 2)).map(Migrations::decoded).toArray(String[]::new);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
