package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.RedisServer;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A Redis that is away, that requires a password, that speaks TLS. */
@ExtendWith(PostgresExtension.class)
final class RedisConnectionTest {
    private static final String PASSWORD = "pass-word-of-redis";

    @TempDir
    Path directory;

    private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event);
        }
    };

    @BeforeAll
    static void requireRedis() {
        assumeTrue(RedisServer.isInstalled(), "Skipped: redis-server is not on the PATH.");
    }

    /** Commands of other tests in this JVM set the levels of their own logs. */
    @BeforeEach
    void keepLog() {
        appender.start();
        root().addAppender(appender);
        connectors().setLevel(Level.INFO);
    }

    @AfterEach
    void dropAppender() {
        root().detachAppender(appender);
        connectors().setLevel(null);
    }

    private static Logger connectors() {
        return (Logger) LoggerFactory.getLogger("dev.runlog.connectors");
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    @Test
    void startsWithoutRedisAndLogsEachLossAndRecoveryOnce(TestDatabase database) {
        try (RedisServer redis = RedisServer.in(directory, "--requirepass", PASSWORD);
                RunningServer server = server(database, "redis://:" + PASSWORD + "@127.0.0.1:" + redis.port())) {
            HttpResponse<String> ready = server.get("/health/ready", "");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(RunningServer.json(ready).get("redis").asText()).isEqualTo("DOWN");

            redis.start();
            awaitRedis(server, "UP");
            redis.kill();
            awaitRedis(server, "DOWN");
            redis.start();
            awaitRedis(server, "UP");

            assertThat(connectorLog())
                    .map(line -> line.replaceFirst(":\\d+.*", ""))
                    .containsExactly(
                            "WARN Redis at redis://127.0.0.1",
                            "INFO Connected to Redis at redis://127.0.0.1",
                            "INFO Created the group runlog of the stream runlog.",
                            "WARN Redis at redis://127.0.0.1",
                            "INFO Connected again to Redis at redis://127.0.0.1");
        }
        assertNothingLoggedContains(PASSWORD);
    }

    @Test
    void doesNotLogAWrongPassword(TestDatabase database) {
        try (RedisServer redis =
                        RedisServer.in(directory, "--requirepass", "another").start();
                RunningServer server = server(database, "redis://:" + PASSWORD + "@127.0.0.1:" + redis.port())) {
            RunningServer.awaitThat(() -> !connectorLog().isEmpty());

            assertThat(connectorLog()).singleElement().asString().contains("WRONGPASS");
            assertThat(RunningServer.json(server.get("/health/ready", ""))
                            .get("redis")
                            .asText())
                    .isEqualTo("DOWN");
        }
        assertNothingLoggedContains(PASSWORD);
    }

    @Test
    void speaksTlsToAServerWhoseCertificateItTrusts(TestDatabase database) throws Exception {
        String certificate = directory.resolve("redis.crt").toString();
        String key = directory.resolve("redis.key").toString();
        assumeTrue(createCertificate(certificate, key), "Skipped: openssl is not on the PATH.");
        String port = freePort();
        Vertx vertx = Vertx.vertx();
        try (RedisServer redis = RedisServer.in(
                                directory,
                                "--tls-port",
                                port,
                                "--tls-cert-file",
                                certificate,
                                "--tls-key-file",
                                key,
                                "--tls-auth-clients",
                                "no")
                        .start();
                RedisStreams client = new RedisStreams(vertx, redis.url())) {
            client.add("runlog", "{\"event\":\"started\",\"workflow\":\"w\"}");
            String url = "rediss://localhost:" + port;
            try (RunningServer distrustful = server(database, url)) {
                RunningServer.awaitThat(() -> !connectorLog().isEmpty());
                assertThat(connectorLog()).singleElement().asString().contains("certification path");
                assertThat(distrustful.metric("runlog_redis_up")).isZero();
            }

            try (RunningServer server = server(database, url, "CONNECTORS_REDIS_TLS_CA", certificate)) {
                RunningServer.awaitThat(() -> server.metric("runlog_redis_recorded_total") == 1);
                assertThat(client.pending("runlog")).isZero();
            }
        } finally {
            vertx.close();
        }
    }

    /** Creates a certificate for localhost; false if openssl is missing. */
    static boolean createCertificate(String certificate, String key) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "openssl",
                                    "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-days",
                                    "2",
                                    "-subj",
                                    "/CN=localhost",
                                    "-addext",
                                    "subjectAltName=DNS:localhost",
                                    "-out",
                                    certificate,
                                    "-keyout",
                                    key)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static String freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(free.getLocalPort());
        }
    }

    private static RunningServer server(TestDatabase database, String url, String... overrides) {
        String[] settings = {
            "CONNECTORS_REDIS_URL", url, "CONNECTORS_REDIS_OWNER", "alice", "CONNECTORS_REDIS_RETRY_MAX", "PT0.5S"
        };
        String[] all = Arrays.copyOf(settings, settings.length + overrides.length);
        System.arraycopy(overrides, 0, all, settings.length, overrides.length);
        return RunningServer.start(database, all);
    }

    private static void awaitRedis(RunningServer server, String state) {
        RunningServer.awaitThat(() -> RunningServer.json(server.get("/health/ready", ""))
                .get("redis")
                .asText()
                .equals(state));
    }

    private List<String> connectorLog() {
        return logged.stream()
                .filter(event -> event.getLoggerName().startsWith("dev.runlog.connectors")
                        || event.getLoggerName().startsWith("io.vertx.redis")
                                && event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    private void assertNothingLoggedContains(String secret) {
        assertThat(logged).isNotEmpty().noneMatch(event -> (event.getFormattedMessage() + event.getThrowableProxy())
                .contains(secret));
    }
}
