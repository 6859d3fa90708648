package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class OutOfMemoryTest {
    /** With limits that its heap is too small for, which an operator can set. */
    @Test
    void endsTheProcess(TestDatabase database) throws IOException, InterruptedException {
        Map<String, String> environment = RunningServer.environment(
                database.url(),
                "JAVA_OPTS",
                "-Xmx64m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                "HTTP_BODY_MAX_BYTES",
                "200000000",
                "HTTP_BODIES_MAX_BYTES",
                "800000000",
                "HTTP_BODIES_OWNER_MAX_BYTES",
                "400000000",
                "HTTP_BODIES_ADDRESS_MAX_BYTES",
                "400000000");
        try (ServerProcess process = ServerProcess.start(environment);
                RunningServer server = RunningServer.of(process, environment);
                RawHttp client = new RawHttp(server)) {
            client.send(RawHttp.head(
                            "POST /graphql",
                            server.token("alice"),
                            "Content-Type: application/json",
                            "Content-Length: 150000000"))
                    .trySend(new byte[150_000_000]);

            assertThat(process.process().waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.process().exitValue()).isEqualTo(3);
        }
    }
}
