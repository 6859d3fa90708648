package dev.runlog.app.server;

import dev.runlog.app.config.Logging;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.storage.db.ConnectedServers;
import java.net.URI;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * A server for one command, on a database without a running server. It listens on a loopback port with a random secret.
 * It does not look for crashed executions and neither runs nor changes policies.
 */
public final class PrivateServer implements AutoCloseable {
    private static final Duration NEVER = Duration.ofDays(365);
    private static final int SECRET_BYTES = 32;

    private final Server server;
    private final String token;

    private PrivateServer(Server server, String token) {
        this.server = server;
        this.token = token;
    }

    /** Starts it for a subject with all scopes; fails with a {@link StartFailure} if a server uses the database. */
    public static PrivateServer on(String databaseUrl, String subject) {
        requireNoServer(databaseUrl);
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Map<String, String> settings = new HashMap<>();
        settings.put("RUNLOG_DATABASE_URL", databaseUrl);
        settings.put("RUNLOG_HTTP_PORT", "0");
        settings.put("RUNLOG_HTTP_EVENT_LOOPS", "1");
        settings.put("RUNLOG_AUTH_SECRET", HexFormat.of().formatHex(secret));
        settings.put("RUNLOG_RECORDING_HEARTBEAT_SWEEP_INTERVAL", NEVER.toString());
        settings.put("RUNLOG_RETENTION_REQUESTS_PER_MINUTE", "1000");
        settings.put("RUNLOG_LOG_LEVEL", "error");
        RunlogConfig config = RunlogConfig.load(null, settings);
        Logging.configure(config.log());
        Server server = Server.startOnDemand(config);
        return new PrivateServer(server, DevelopmentToken.sign(config, subject, Tokens.ALL_SCOPES, Duration.ofDays(1)));
    }

    private static void requireNoServer(String databaseUrl) {
        try {
            if (ConnectedServers.exist(databaseUrl)) {
                throw new StartFailure("A server is connected to this database; use it with --url and --token.");
            }
        } catch (SQLException | IllegalArgumentException failure) {
            throw new StartFailure(
                    "--database: "
                            + String.valueOf(failure.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""),
                    failure);
        }
    }

    public URI url() {
        return URI.create(server.url());
    }

    public String token() {
        return token;
    }

    @Override
    public void close() {
        server.close();
    }
}
