package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ServerTest({
    "HTTP_BODY_MAX_BYTES=" + EventsTest.LINE_MAX,
    "HTTP_EVENTS_BODY_MAX_BYTES=" + EventsTest.BODY_MAX,
    // Tests hold up statements for as long as they need.
    "DATABASE_STATEMENT_TIMEOUT=PT20S",
    "DATABASE_ANSWER_TIMEOUT=PT25S"
})
final class EventsTest {
    /** Lines of a request to recording, and requests of a body in progress; see EventUpload. */
    private static final int REQUEST = 1000;

    private static final int UNDER_WAY_MAX = 4;
    static final int LINE_MAX = 10_000;
    static final int BODY_MAX = 1_000_000;

    private final RunningServer server;
    private final String token;

    EventsTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    /**
     * Reading is paused while the maximum number of requests is in progress, which must not keep a body from its end.
     */
    @ParameterizedTest
    @CsvSource({"3000, ''", "3001, ''", "4000, ''", "4000, '\n'", "4001, '\n'", "8000, ''"})
    void returnsAReportIfTheBodyEndsWhileRecording(int lines, String end, TestDatabase database) throws Exception {
        double before = taken();
        CompletableFuture<HttpResponse<String>> answer;
        try (Connection inTheWay = database.connect();
                Statement lock = inTheWay.createStatement()) {
            inTheWay.setAutoCommit(false);
            lock.execute("LOCK TABLE execution IN ACCESS EXCLUSIVE MODE");

            answer = CompletableFuture.supplyAsync(() -> server.events(token, body(lines, "flood") + end));
            RunningServer.awaitThat(() -> taken() - before >= Math.min(lines, UNDER_WAY_MAX * REQUEST));
            inTheWay.rollback();
        }

        assertThat(answer.get().statusCode()).isEqualTo(200);
        assertThat(json(answer.get()).get("recorded").asInt()).isEqualTo(lines);
    }

    @Test
    void recordsAndReportsWhatCameBeforeALineThatIsTooLong() {
        String tooLong = "\n{\"event\":\"started\",\"workflow\":\"" + "x".repeat(LINE_MAX) + "\"}\n";

        HttpResponse<String> answer =
                server.events(token, "{\n" + body(1005, "before-long") + tooLong + body(5, "after-long"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertReports(json(answer), 1005, "Line 1007 is too long (at most ");
        assertThat(count("before-long")).isEqualTo(1005);
        assertThat(count("after-long")).isZero();
    }

    @Test
    void recordsAndReportsWhatCameBeforeTheBodyGotTooLarge() {
        String line = body(1, "large");
        int fitting = BODY_MAX / (line.length() + 1);

        HttpResponse<String> answer = server.events(token, "{\n" + body(fitting + 500, "large"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertReports(json(answer), fitting, "Recording stopped before line " + (fitting + 2) + ".");
        assertThat(count("large")).isEqualTo(fitting);
    }

    private static void assertReports(JsonNode report, int recorded, String why) {
        assertThat(report.get("recorded").asInt()).isEqualTo(recorded);
        assertThat(report.at("/rejected/0/line").asInt()).isEqualTo(1);
        assertThat(report.at("/error/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(report.at("/error/message").asText()).contains(why);
    }

    /** Events that recording has taken over from the endpoint since it started. */
    private double taken() {
        return server.metric("runlog_recording_waiting") + server.metric("runlog_recording_batch_events_sum");
    }

    private int count(String workflow) {
        return server.data(
                        token,
                        "query($k: String!) { workflowByKey(key: $k) { executions { totalCount } } }",
                        "k",
                        workflow)
                .at("/workflowByKey/executions/totalCount")
                .asInt();
    }

    private static String body(int lines, String workflow) {
        return IntStream.range(0, lines)
                .mapToObj(
                        i -> "{\"event\":\"started\",\"workflow\":\"" + workflow + "\",\"id\":\"" + Ids.next() + "\"}")
                .collect(Collectors.joining("\n"));
    }
}
