package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import org.junit.jupiter.api.Test;

/** Subscriptions with the filters of lists: an execution enters when it begins to match, and leaves when it ceases to. */
@ServerTest
final class LiveFilterTest {
    private final RunningServer server;

    LiveFilterTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void followsAConditionThatBeginsAndEnds() {
        String token = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        Subscriber held = subscribe(token, "executionChanges(filter: { held: true })");
        Subscriber free = subscribe(token, "executionChanges(filter: { held: false })");
        String id = start(token, "{}", null);
        assertThat(event(free)).isEqualTo("ENTERED " + id + " RUNNING");

        server.data(token, "mutation { holdExecution(input: { executionId: \"" + id + "\" }) { execution { id } } }");
        assertThat(event(held)).isEqualTo("ENTERED " + id + " RUNNING");
        assertThat(event(free)).isEqualTo("LEFT " + id + " RUNNING");

        finish(token, id, "SUCCESS");
        assertThat(event(held)).isEqualTo("UPDATED " + id + " SUCCESS");

        server.data(
                token, "mutation { releaseExecution(input: { executionId: \"" + id + "\" }) { execution { id } } }");
        assertThat(event(held)).isEqualTo("LEFT " + id + " SUCCESS");
        assertThat(event(free)).isEqualTo("ENTERED " + id + " SUCCESS");
    }

    @Test
    void appliesLabelsAndNotToTheSnapshotAndToChanges() {
        String token = server.token(server.anOwner());
        String gold = start(token, "{\"tier\":\"gold\"}", "api");
        start(token, "{\"tier\":\"iron\"}", "api");
        start(token, "{\"tier\":\"gold\"}", "schedule");
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe(
                "1",
                "subscription { changes: runningExecutions(filter: { labels: { tier: \"gold\" }, "
                        + "not: { triggers: [\"schedule\"] } }) { kind execution { id status } } }");

        assertThat(event(subscriber)).isEqualTo("ENTERED " + gold + " RUNNING");
        assertThat(event(subscriber)).isEqualTo("SYNCED");
        start(token, "{\"tier\":\"gold\"}", "schedule");
        String other = start(token, "{\"tier\":\"gold\"}", null);
        assertThat(event(subscriber)).isEqualTo("ENTERED " + other + " RUNNING");
        finish(token, gold, "FAILED");
        assertThat(event(subscriber)).isEqualTo("LEFT " + gold + " FAILED");
    }

    @Test
    void entersWhenAnErrorMatches() {
        String token = server.token(server.anOwner());
        Subscriber subscriber = subscribe(token, "executionChanges(filter: { errorContains: \"TIMEOUT\" })");
        String id = start(token, "{}", null);
        finish(token, start(token, "{}", null), "SUCCESS");
        server.events(
                token,
                "{\"event\":\"finished\",\"id\":\"" + id
                        + "\",\"status\":\"FAILED\",\"error\":{\"message\":\"a timeout\"}}\n");

        assertThat(event(subscriber)).isEqualTo("ENTERED " + id + " FAILED");
    }

    @Test
    void refusesWhatOneExecutionCannotDecide() {
        String token = server.token(server.anOwner());
        for (String field : new String[] {
            "executionChanges(filter: { search: \"x\" })",
            "executionChanges(filter: { not: { latestAttemptsOnly: true } })",
            "runningExecutions(filter: { statuses: [FAILED] })"
        }) {
            Subscriber subscriber = server.subscriber(token);
            subscriber.subscribe("1", "subscription { " + field + " { kind } }");

            JsonNode error = subscriber.next("error").at("/payload/0");
            assertThat(error.at("/extensions/code").asText()).isEqualTo("BAD_INPUT");
            assertThat(error.get("message").asText()).startsWith("Invalid `filter`: `");
        }
    }

    private Subscriber subscribe(String token, String field) {
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe("1", "subscription { changes: " + field + " { kind execution { id status } } }");
        assertThat(event(subscriber)).isEqualTo("SYNCED");
        return subscriber;
    }

    private String start(String token, String labels, String trigger) {
        String id = Ids.next().toString();
        assertThat(server.events(
                                token,
                                "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"labels\":" + labels
                                        + (trigger == null ? "" : ",\"trigger\":\"" + trigger + "\"") + "}\n")
                        .statusCode())
                .isEqualTo(200);
        return id;
    }

    private void finish(String token, String id, String status) {
        assertThat(server.events(
                                token, "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"" + status + "\"}\n")
                        .statusCode())
                .isEqualTo(200);
    }

    private static String event(Subscriber subscriber) {
        JsonNode event = subscriber.next("next").at("/payload/data/changes");
        return String.join(
                        " ",
                        event.path("kind").asText(),
                        event.at("/execution/id").asText(),
                        event.at("/execution/status").asText())
                .trim();
    }
}
