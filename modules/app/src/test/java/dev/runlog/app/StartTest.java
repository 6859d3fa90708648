package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.server.Server;
import dev.runlog.testing.Futures;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.Relay;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class StartTest {
    private static final String UNREACHABLE = "postgresql://nobody:none@localhost:1/none";

    @Test
    void waitsForADatabaseThatCannotBeReachedYet(Vertx vertx, TestDatabase database) {
        Relay relay = Relay.to(vertx, database.url());
        String url = relay.url();
        relay.redirectTo(UNREACHABLE);

        CompletableFuture<RunningServer> starting = CompletableFuture.supplyAsync(() -> RunningServer.start(url));
        Futures.await(relay.refused());
        relay.redirectTo(database.url());

        try (RunningServer server = starting.join()) {
            assertThat(server.get("/health/ready", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void failsAfterTheWait() {
        assertThatThrownBy(() -> RunningServer.start(UNREACHABLE, "DATABASE_START_WAIT", "PT0S"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("localhost:1");
    }

    @Test
    void waitsForNoDatabaseWhenItCannotStartAnyway() {
        assertThatThrownBy(() -> RunningServer.start(
                        UNREACHABLE, "DATABASE_START_WAIT", "P1D", "AUTH_PUBLIC_KEYS", "there_is_no_such.pem"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("there_is_no_such.pem");
    }

    @Test
    void needsAnAudienceWithJwks() {
        assertThatThrownBy(() -> RunningServer.start(UNREACHABLE, "AUTH_JWKS_URL", "https://localhost:1/jwks"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("auth.audience is empty");
    }

    @Test
    void failsInOneLineWhenTheIssuerCannotBeReached() {
        assertThatThrownBy(() -> RunningServer.start(
                        UNREACHABLE,
                        "AUTH_JWKS_URL",
                        "http://localhost:1/jwks",
                        "AUTH_JWKS_WAIT",
                        "PT0S",
                        "AUTH_AUDIENCE",
                        "runlog"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("auth.jwks-url: http://localhost:1/jwks cannot be read")
                .message()
                .hasLineCount(1);
    }

    @Test
    void leavesNoDatabaseBehindWhenItCannotStart(@TempDir Path directory) {
        RunlogConfig config = RunlogConfig.load(
                null,
                Map.of("RUNLOG_DATA_DIR", directory.toString(), "RUNLOG_AUTH_PUBLIC_KEYS", "there_is_no_such.pem"));

        assertThatThrownBy(() -> Server.start(config))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("there_is_no_such.pem");

        assertThat(directory.resolve("postgres")).isDirectory();
        assertThat(directory.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    @Test
    void waitsForNothingThatDoesNotPass(TestDatabase database) {
        String wrong = database.url().replaceFirst("/[^/]*$", "/there_is_no_such_database");

        assertThatThrownBy(() -> RunningServer.start(wrong, "DATABASE_START_WAIT", "P1D"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("there_is_no_such_database");
    }
}
