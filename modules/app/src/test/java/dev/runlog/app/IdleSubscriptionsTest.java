package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Subscriptions that only wait. Each held 16 KB of the memory for responses, so 3,900 of them stopped the server. */
@ServerTest({"GRAPHQL_RESPONSE_MAX_BYTES=262144", "GRAPHQL_RESPONSES_MAX_BYTES=1048576"})
final class IdleSubscriptionsTest {
    private static final int SUBSCRIPTIONS = 90;

    private final RunningServer server;

    IdleSubscriptionsTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void holdOnlyTheirRequestsInMemory() {
        String token = server.token("idle");
        Subscriber subscriber = server.subscriber(token);
        IntStream.range(0, SUBSCRIPTIONS)
                .forEach(i -> subscriber.subscribe("" + i, "subscription { runningExecutions { kind } }"));

        for (int i = 0; i < SUBSCRIPTIONS; i++) {
            assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("SYNCED");
        }
        assertThat(server.graphql(token, "{ executions(first: 1) { nodes { id } } }")
                        .has("errors"))
                .isFalse();
    }

    /** Requests are still counted: otherwise a few subscriptions with large variables would take all of the heap. */
    @Test
    void areRefusedWhenTheirRequestsAreTooLarge() {
        Subscriber subscriber = server.subscriber(server.token("greedy"));
        String comment = "#" + "x".repeat(15_000);
        for (int i = 0; i < SUBSCRIPTIONS; i++) {
            subscriber.subscribe("" + i, "subscription { runningExecutions { kind } } " + comment + i);
        }

        JsonNode refused = subscriber.next();
        while (refused.path("type").asText().equals("next")) {
            refused = subscriber.next();
        }
        assertThat(refused.toString()).contains("OVERLOADED", "graphql.responses-max-bytes");
    }
}
