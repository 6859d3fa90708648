package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Runs for tests of lists. */
final class SampleRuns {
    private SampleRuns() {}

    /** Records runs of 0 to n-1 seconds, of which a third each failed, succeeded and were cancelled; returns their IDs. */
    static List<String> record(RunningServer server, String token, int runs, String workflow) {
        List<String> ids = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        Instant start = Instant.now().minusSeconds(600);
        for (int i = 0; i < runs; i++) {
            UUID id = Ids.at(start.plusMillis(i * 10L));
            ids.add(id.toString());
            String status = List.of("FAILED", "SUCCESS", "CANCELLED").get(i % 3);
            lines.append(String.format(
                    "{\"event\":\"execution\",\"workflow\":\"%s\",\"id\":\"%s\",\"status\":\"%s\",\"finishedAt\":\"%s\","
                            + "\"trigger\":\"t%d\",\"labels\":{\"even\":\"%b\"}%s}\n",
                    workflow,
                    id,
                    status,
                    Ids.timeOf(id).plusSeconds(i),
                    i % 2,
                    i % 2 == 0,
                    i % 3 == 0 ? ",\"error\":{\"message\":\"Boom " + i + "\"}" : ""));
        }
        assertThat(RunningServer.json(server.events(token, lines.toString()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(runs);
        return ids;
    }
}
