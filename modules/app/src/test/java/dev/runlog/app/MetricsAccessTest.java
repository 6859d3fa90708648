package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class MetricsAccessTest {
    @Test
    void asksForTheTokenOfMetrics(TestDatabase database) {
        try (RunningServer server = RunningServer.start(database, "METRICS_TOKEN", "a token for Prometheus")) {
            assertThat(server.get("/metrics", "").statusCode()).isEqualTo(401);
            assertThat(server.get("/metrics", "a token for Prometheu").statusCode())
                    .isEqualTo(401);
            assertThat(server.get("/metrics", server.token("alice", "ops")).statusCode())
                    .isEqualTo(401);
            assertThat(server.get("/metrics", "a token for Prometheus").body()).contains("jvm_memory_used_bytes");
        }
    }

    @Test
    void servesMetricsOnAPortOfTheirOwn(TestDatabase database) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (RunningServer server = RunningServer.start(database, "METRICS_PORT", Integer.toString(port))) {
            HttpResponse<String> metrics = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(metrics.body()).contains("jvm_memory_used_bytes");
            assertThat(server.get("/metrics", "").statusCode()).isEqualTo(404);
        }
    }
}
