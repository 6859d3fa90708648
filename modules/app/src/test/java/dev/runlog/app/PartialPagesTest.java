package dev.runlog.app;

import static dev.runlog.app.RunningServer.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages whose time is used up after the first rows. */
@ServerTest({"QUERYING_READ_TIME_MAX=PT0.000001S", "QUERYING_SLICE_ROWS_MAX=16"})
final class PartialPagesTest {
    private final RunningServer server;

    PartialPagesTest(RunningServer server) {
        this.server = server;
    }

    @ParameterizedTest
    @CsvSource({
        "STARTED_AT_DESC, first: 7, after, endCursor, hasNextPage",
        "STARTED_AT_DESC, last: 7, before, startCursor, hasPreviousPage",
        "FINISHED_AT_ASC, first: 7, after, endCursor, hasNextPage",
        "DURATION_DESC, last: 7, before, startCursor, hasPreviousPage",
    })
    void continueUntilEverythingIsRead(String order, String size, String argument, String cursor, String more) {
        String token = server.token(server.anOwner());
        List<String> ids = SampleRuns.record(server, token, 60, "partial");
        List<String> expected = new ArrayList<>(ids.subList(50, 60));
        if (!order.endsWith("ASC")) {
            Collections.reverse(expected);
        }
        String query = "query($c: String, $f: ExecutionFilter) { executions(filter: $f, orderBy: " + order + ", " + size
                + ", " + argument + ": $c) { isPartial searchedUntil nodes { id } "
                + "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount countAtLeast } }";
        Map<String, Object> filter = Map.of("not", Map.of("maxDuration", "PT49S"));

        List<String> found = new ArrayList<>();
        String position = null;
        int partial = 0;
        boolean goesOn = true;
        while (goesOn) {
            JsonNode page =
                    server.data(token, query, "c", position, "f", filter).get("executions");
            boolean isPartial = page.get("isPartial").asBoolean();
            partial += isPartial ? 1 : 0;
            assertThat(page.get("searchedUntil").isNull()).isEqualTo(!isPartial || order.startsWith("DURATION"));
            found.addAll(size.startsWith("last") ? 0 : found.size(), texts(page.get("nodes"), "/id"));
            position = page.at("/pageInfo/" + cursor).textValue();
            goesOn = page.at("/pageInfo/" + more).asBoolean();
        }

        assertThat(found).isEqualTo(expected);
        assertThat(partial).isPositive();
    }
}
