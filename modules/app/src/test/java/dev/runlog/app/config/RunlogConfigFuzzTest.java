package dev.runlog.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

final class RunlogConfigFuzzTest {
    private static final int EXAMPLES = 100;
    private static final List<String> VARIABLES = List.of(
            "RUNLOG_HTTP_PORT",
            "RUNLOG_HTTP_GZIP",
            "RUNLOG_HTTP_BODY_MAX_BYTES",
            "RUNLOG_HTTP_CORS_ORIGINS",
            "RUNLOG_LIVE_PING_INTERVAL",
            "RUNLOG_DATABASE_URL",
            "RUNLOG_DATA_DIR",
            "RUNLOG_LOG_LEVEL",
            "RUNLOG_RETENTION_PAUSE_FACTOR",
            "RUNLOG_RETENTION_POLICY_WINDOW",
            "RUNLOG_RETENTION_POLICY_TIME_ZONE",
            "RUNLOG_RECORDING_REDACT_PATHS",
            "RUNLOG_AUTH_DEFAULT_SCOPES");

    @TempDir
    Path directory;

    /** A variable and its value. */
    private record Variable(String name, String value) {}

    @Test
    void readsOrRejectsAnyFile() {
        Path file = directory.resolve("runlog.yaml");
        Gen<byte[]> files = Inputs.bytes(Inputs.near(
                "http:\n  port: 8081\n  cors-origins: [\"https://a\", 'b']\n  gzip: false\n",
                "live:\n  ping-interval: PT7S\nlog: {level: debug, format: json}\n",
                "retention:\n  pause-factor: 2.5\n  policy-window: 01:00-05:00\nrecording:\n  redact-paths:\n    - a.b\n",
                "# nothing\n",
                "a: &a [*a]\n"));

        Fuzz.check(EXAMPLES, files, bytes -> {
            try {
                Files.write(file, bytes);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            readsOrRejects(file, Map.of());
        });
    }

    @Test
    void readsOrRejectsAnyVariable() {
        Gen<Variable> variables = Inputs.near(
                        "8081", "true", "PT7S", "P1DT2H", "a,b", "debug", "01:00-05:00", "UTC", "1.5")
                .mutate((value, random) -> new Variable(Inputs.one(random, VARIABLES), value));

        Fuzz.check(EXAMPLES, variables, variable -> readsOrRejects(null, Map.of(variable.name(), variable.value())));
    }

    private static void readsOrRejects(Path file, Map<String, String> environment) {
        try {
            assertThat(RunlogConfig.load(file, environment).http().port()).isNotNegative();
        } catch (StartFailure refused) {
            assertThat(refused.getMessage()).containsIgnoringCase("configuration");
        }
    }
}
