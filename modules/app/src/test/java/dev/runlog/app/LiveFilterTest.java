package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Filters and pages of snapshots in subscriptions. */
@ServerTest
final class LiveFilterTest {
    private final RunningServer server;

    LiveFilterTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void deliversASnapshotInPages() throws Exception {
        String token = server.token(server.anOwner());
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < 450; i++) {
            events.append("{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"" + i + "\"}\n");
        }
        server.events(token, events.toString());
        Subscriber subscriber = server.subscriber(token);

        subscriber.subscribe(
                "1", "subscription { runningExecutions(snapshotPages: true) { kind execution { id } entered { id } } }");
        Set<String> ids = new HashSet<>();
        int pages = 0;
        JsonNode event = next(subscriber);
        while (event.get("kind").asText().equals("ENTERED")) {
            assertThat(event.get("execution").isNull()).isTrue();
            event.get("entered").forEach(one -> ids.add(one.get("id").asText()));
            pages++;
            event = next(subscriber);
        }

        assertThat(event.get("kind").asText()).isEqualTo("SYNCED");
        assertThat(ids).hasSize(450);
        assertThat(pages).isBetween(3, 5);
    }

    @Test
    void deliversOnlyWhatTheFilterSelects() throws Exception {
        String token = server.token(server.anOwner());
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe(
                "1",
                "subscription { executionChanges(filter: {triggers: [\"cron\"], not: {labels: {env: \"test\"}}}) "
                        + "{ kind execution { externalId } } }");
        assertThat(next(subscriber).get("kind").asText()).isEqualTo("SYNCED");

        server.events(
                token,
                "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"a\",\"trigger\":\"api\"}\n"
                        + "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"b\",\"trigger\":\"cron\",\"labels\":{\"env\":\"test\"}}\n"
                        + "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"c\",\"trigger\":\"cron\"}\n");

        JsonNode event = next(subscriber);
        assertThat(event.get("kind").asText()).isEqualTo("ENTERED");
        assertThat(event.at("/execution/externalId").asText()).isEqualTo("c");
    }

    @Test
    void refusesWhatOneExecutionCannotDecide() throws Exception {
        Subscriber subscriber = server.subscriber(server.token(server.anOwner()));

        subscriber.subscribe("1", "subscription { executionChanges(filter: {search: \"x\"}) { kind } }");

        assertThat(subscriber.next("error").toString()).contains("BAD_INPUT").contains("search");
    }

    private static JsonNode next(Subscriber subscriber) throws Exception {
        return subscriber.next("next").at("/payload/data").elements().next();
    }
}
