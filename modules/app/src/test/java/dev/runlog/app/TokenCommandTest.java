package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenCommandTest {
    @TempDir
    Path directory;

    @Test
    void signsWhatTheConfigurationAsksOfTokens() throws Exception {
        String[] at = {"--config", config().toString()};
        try (Console console = new Console()) {
            String token = console.text(at, "token", "--subject", "alice").strip();

            JsonNode claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
            assertThat(claims.path("sub").asText()).isEqualTo("alice");
            assertThat(claims.path("aud").toString()).contains("runlog");
            assertThat(claims.path("iss").asText()).isEqualTo("us");
            assertThat(claims.path("exp").asLong() - claims.path("iat").asLong())
                    .isEqualTo(3600);
        }
    }

    @Test
    void rejectsALongerLifetimeThanTheServerAccepts() throws Exception {
        String[] at = {"--config", config().toString()};
        try (Console console = new Console()) {
            assertThat(console.run(at, "token", "--subject", "alice", "--valid-for", "PT1H1S"))
                    .isNotZero();
            assertThat(console.err()).contains("--valid-for").contains("auth.token-life-max");
            assertThat(console.out()).isEmpty();
        }
    }

    private Path config() throws Exception {
        return Files.writeString(directory.resolve("runlog.yaml"), """
                auth:
                  secret: a secret of tests, of 32 characters
                  issuer: us
                  audience: runlog
                  token-life-max: PT1H
                """);
    }
}
