package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Whether a day is dropped whole depends on the executions of others, so that only operators see it. */
@ServerTest
final class CleanupFiguresTest {
    private static final String CLEAN = "mutation { cleanupExecutions(input: {olderThan: \"P1D\", dryRun: %s}) "
            + "{ cleanup { id deleted partitionsDropped preview { executions partitions } } } }";
    private static final String FIND =
            "query($id: ID!) { cleanup(id: $id) { state deleted partitionsDropped preview { executions partitions } } }";

    @Test
    void showAnOwnerNothingOfOthers(RunningServer server) {
        record(server, "alice", 10);
        record(server, "alice", 12);
        record(server, "bob", 12);
        String alice = server.token("alice", "executions:read", "executions:cleanup");

        JsonNode dryRun = server.data(alice, CLEAN.formatted(true)).at("/cleanupExecutions/cleanup");
        assertThat(dryRun.at("/preview/executions").asInt()).isEqualTo(2);
        assertThat(dryRun.at("/preview/partitions").isNull()).isTrue();

        String id = server.data(alice, CLEAN.formatted(false))
                .at("/cleanupExecutions/cleanup/id")
                .asText();
        RunningServer.awaitThat(() ->
                server.data(alice, FIND, "id", id).at("/cleanup/state").asText().equals("COMPLETED"));
        JsonNode own = server.data(alice, FIND, "id", id).get("cleanup");
        JsonNode operator =
                server.data(server.token("operator", "ops"), FIND, "id", id).get("cleanup");

        assertThat(own.get("deleted").asInt()).isEqualTo(2);
        assertThat(own.get("partitionsDropped").isNull()).isTrue();
        assertThat(own.at("/preview/partitions").isNull()).isTrue();
        assertThat(operator.get("partitionsDropped").asInt()).isEqualTo(1);
        assertThat(operator.at("/preview/partitions").asInt()).isEqualTo(1);
    }

    private static void record(RunningServer server, String owner, int daysAgo) {
        Instant start = Instant.now().minus(Duration.ofDays(daysAgo));
        String answer = server.events(
                        server.token(owner),
                        "{\"event\":\"execution\",\"workflow\":\"w\",\"id\":\"" + Ids.at(start)
                                + "\",\"status\":\"SUCCESS\"}\n")
                .body();
        assertThat(answer).contains("\"recorded\":1");
    }
}
