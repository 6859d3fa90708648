package dev.runlog.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunlogConfigTest {
    @TempDir
    Path directory;

    /** Reading fails for a key without a component as for a component without a key. */
    @Test
    void acceptsExactlyTheKeysOfTheDefaults() {
        RunlogConfig config = RunlogConfig.load(null, Map.of());

        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.recording().startAgeMax()).isEqualTo(Duration.ofDays(400));
        assertThat(config.recording().redactNames()).contains("*password");
        assertThat(config.auth().audienceRequired()).isTrue();
        assertThat(config.auth().tokenLifeMax()).isZero();
        assertThat(config.auth().defaultScopes()).isEmpty();
        assertThat(config.isEmbedded()).isTrue();
        assertThat(config.usesDevelopmentKeys()).isTrue();
    }

    @Test
    void overridesDefaultsByAFileAndBothByTheEnvironment() throws Exception {
        Path file = file("http:\n  port: 1\n  gzip: false\nrecording:\n  redact-names: []\n");

        RunlogConfig config = RunlogConfig.load(
                file,
                Map.of(
                        "RUNLOG_HTTP_PORT",
                        "2",
                        "RUNLOG_HTTP_CORS_ORIGINS",
                        "https://a, https://b",
                        "RUNLOG_LIVE_PING_INTERVAL",
                        "PT7S",
                        "HOME",
                        "/"));

        assertThat(config.http().port()).isEqualTo(2);
        assertThat(config.http().gzip()).isFalse();
        assertThat(config.http().corsOrigins()).containsExactly("https://a", "https://b");
        assertThat(config.recording().redactNames()).isEmpty();
        assertThat(config.live().pingInterval()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void namesNeitherClassesNorTheValueOfTheWrongType() throws Exception {
        Path file = file("auth:\n  public-keys: a-secret\n");

        assertThatThrownBy(() -> RunlogConfig.load(file, Map.of()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("auth.public-keys: expected a list")
                .hasMessageNotContaining("a-secret")
                .hasMessageNotContaining("java");
    }

    @ParameterizedTest
    @CsvSource({
        "RUNLOG_HTTP_PROT, 1, RUNLOG_HTTP_PROT",
        "RUNLOG_HTTP_PORT, many, http.port",
        "RUNLOG_HTTP_PORT, -1, http.port",
        "RUNLOG_DATABASE_POOL_SIZE, 0, database.pool-size",
        "RUNLOG_DATABASE_POOL_WAIT, 5s, database.pool-wait",
        "RUNLOG_LIVE_PING_INTERVAL, PT-5S, live.ping-interval",
        "RUNLOG_HTTP_BASE_PATH, runlog, base-path: runlog",
        "RUNLOG_HTTP_BASE_PATH, /runlog/, base-path: /runlog/",
        "RUNLOG_HTTP_BASE_PATH, /, base-path: /",
        "RUNLOG_HTTP_BASE_PATH, /a//b, base-path: /a//b",
        "RUNLOG_HTTP_BASE_PATH, /a/../b, base-path: /a/../b",
        "RUNLOG_HTTP_BASE_PATH, /a b, base-path: /a b",
        "RUNLOG_HTTP_BASE_PATH, /a?b, base-path: /a?b",
        "RUNLOG_LOG_LEVEL, loud, log.level"
    })
    void namesAVariableThatIsUnknownOrBad(String variable, String value, String named) {
        assertThatThrownBy(() -> RunlogConfig.load(null, Map.of(variable, value)))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(named);
    }

    @Test
    void reportsUnknownAndInvalidKeysOfAFile() throws Exception {
        assertThatThrownBy(() -> RunlogConfig.load(file("http:\n  prot: 1\n"), Map.of()))
                .hasMessageContaining("unknown key http.prot");
        assertThatThrownBy(() -> RunlogConfig.load(file("http: 5\n"), Map.of()))
                .hasMessageContaining("http must contain keys");
        assertThatThrownBy(() -> RunlogConfig.load(file("live:\n  ping-interval: 20\n"), Map.of()))
                .hasMessageContaining("live.ping-interval");
        assertThatThrownBy(() -> RunlogConfig.load(directory.resolve("absent.yaml"), Map.of()))
                .hasMessageContaining("absent.yaml");
    }

    private Path file(String yaml) throws Exception {
        return Files.writeString(directory.resolve("runlog.yaml"), yaml);
    }
}
