package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.app.config.StartFailure;
import dev.runlog.app.server.OpenFiles;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** A flood of connections takes no file that the server needs, however few it may open. */
@ExtendWith(PostgresExtension.class)
final class OpenFilesTest {
    private static final int FILES = 400;
    private static final int FLOOD = 700;

    @Test
    void leaveRoomForOthersThanConnections() {
        assertThat(OpenFiles.connectionsMax(20_000, 1_048_576)).isEqualTo(20_000);
        assertThat(OpenFiles.connectionsMax(500, 1024)).isEqualTo(500);
        assertThat(OpenFiles.connectionsMax(20_000, 1024)).isEqualTo(1024 - OpenFiles.OTHERS);
        assertThat(OpenFiles.connectionsMax(20_000, -1)).isEqualTo(20_000);
        assertThatThrownBy(() -> OpenFiles.connectionsMax(20_000, 210))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("210 files (ulimit -n)")
                .hasMessageContaining("http.connections-max is 20000");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void surviveAFloodOfConnections(TestDatabase database) throws IOException {
        Path log = Path.of("target", "server-process.log");
        long logged = Files.exists(log) ? Files.size(log) : 0;
        try (ServerProcess process = ServerProcess.startWithFiles(FILES, RunningServer.environment(database.url()));
                RunningServer server = RunningServer.of(process, RunningServer.environment(database.url()))) {
            // Tests load classes from files of their own, and those of a connection when the first one is opened.
            server.data(server.token("ada"), "{ executions { nodes { id } } }");
            List<RawHttp> flood = new ArrayList<>();
            for (int i = 0; i < FLOOD; i++) {
                flood.add(new RawHttp(server));
            }

            assertThat(server.data(server.token("ada"), "{ executions { nodes { id } } }")
                            .at("/executions/nodes"))
                    .isEmpty();

            for (RawHttp client : flood) {
                client.close();
            }
            RunningServer.awaitThat(() -> server.metric("runlog_connections") < 10);
            assertThat(server.events(server.token("ada"), "").statusCode()).isEqualTo(200);
            assertThat(process.process().isAlive()).isTrue();
            assertThat(Files.readString(log).substring((int) logged))
                    .contains("http.connections-max is 16000", FILES + " files");
        }
    }
}
