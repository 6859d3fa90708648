package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Every event loop answers, with connections to the database of its own, and metrics are those of all loops. */
@ExtendWith(PostgresExtension.class)
final class EveryLoopTest {
    private static final int CONNECTIONS = 9;

    @Test
    void answersWithItsOwnConnectionsToTheDatabase(TestDatabase database) throws IOException {
        try (RunningServer server = RunningServer.start(database, "HTTP_EVENT_LOOPS", "3")) {
            String token = server.token("alice");
            String query = "{\"query\":\"{ executions { totalCount } }\"}";
            List<RawHttp> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                RawHttp client = new RawHttp(server)
                        .send(RawHttp.head(
                                        "POST /graphql",
                                        token,
                                        "Content-Type: application/json",
                                        "Content-Length: " + query.length())
                                + query);
                assertThat(client.answer().body()).isEqualTo("{\"data\":{\"executions\":{\"totalCount\":0}}}");
                clients.add(client);
            }

            assertThat(server.requestsByLoop())
                    .containsOnlyKeys("0", "1", "2")
                    .allSatisfy((loop, requests) -> assertThat(requests).isGreaterThanOrEqualTo(CONNECTIONS / 3));
            assertThat(server.metric("runlog_connections")).isGreaterThanOrEqualTo(CONNECTIONS);
            assertThat(server.get("/metrics", "").body())
                    .as("two connections and one in reserve for each loop, with the six and two of the default")
                    .contains("runlog_database_connections_max{purpose=\"reading\"} 9.0");
            for (RawHttp client : clients) {
                client.close();
            }
        }
    }

    @Test
    void acceptsTls(TestDatabase database, @TempDir Path directory) throws Exception {
        String certificate = directory.resolve("localhost.crt").toString();
        String key = directory.resolve("localhost.key").toString();
        assumeTrue(RedisConnectionTest.createCertificate(certificate, key), "Skipped: openssl is not on the PATH.");
        try (RunningServer server = RunningServer.start(
                database, "HTTP_EVENT_LOOPS", "2", "HTTP_TLS_CERTIFICATE", certificate, "HTTP_TLS_KEY", key)) {
            for (int i = 0; i < 4; i++) {
                assertThat(get(server, "/health/ready"))
                        .startsWith("HTTP/1.1 200")
                        .contains("PostgreSQL");
            }

            Map<String, Double> requests = RunningServer.requestsByLoop(get(server, "/metrics"));
            assertThat(requests).containsOnlyKeys("0", "1").allSatisfy((loop, count) -> assertThat(count)
                    .isPositive());
        }
    }

    /** Answers from a connection of its own. */
    private static String get(RunningServer server, String path) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        try (Socket socket = context.getSocketFactory()
                .createSocket("127.0.0.1", server.url().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(RawHttp.head("GET " + path, "", "Connection: close").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new AssertionError("This is a client.");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            assertThat(chain[0].getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
