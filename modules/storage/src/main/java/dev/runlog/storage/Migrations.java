package dev.runlog.storage;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.flywaydb.core.Flyway;

/** Brings a database to this version's schema. */
public final class Migrations {
    private Migrations() {}

    /**
     * Applies what is missing and returns how many migrations that were; blocks its thread. Two servers that start at
     * once wait for each other.
     *
     * @param url {@code postgresql://user:password@host:port/name}, as in {@link DatabaseConfig}
     */
    public static int run(String url) {
        URI uri = URI.create(url);
        String[] user = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(
                        "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getRawPath() + query,
                        user.length > 0 ? decoded(user[0]) : null,
                        user.length > 1 ? decoded(user[1]) : null)
                .locations("classpath:db/migration")
                .load()
                .migrate()
                .migrationsExecuted;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
