package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A snapshot in pages has few frames, and each execution once. */
@ServerTest
final class SnapshotPagesTest {
    private static final int RUNNING = 3000;
    private static final String PAGES = "subscription { running: runningExecutions(snapshotPages: true) "
            + "{ kind cursor execution { id } entered { id status } } }";

    private final RunningServer server;

    SnapshotPagesTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void deliversEachExecutionOnceInFewFrames() {
        String token = server.token(server.anOwner());
        List<String> ids = start(token, RUNNING);
        Subscriber subscriber = server.subscriber(token);

        subscriber.subscribe("pages", PAGES);

        List<String> entered = new ArrayList<>();
        int frames = 0;
        JsonNode event = event(subscriber);
        while (event.get("kind").asText().equals("ENTERED")) {
            frames++;
            assertThat(event.get("execution").isNull()).isTrue();
            assertThat(event.get("entered").size()).isBetween(1, 200);
            entered.addAll(RunningServer.texts(event.get("entered"), "/id"));
            event = event(subscriber);
        }
        assertThat(event.get("kind").asText()).isEqualTo("SYNCED");
        assertThat(event.get("entered")).isEmpty();
        assertThat(frames).isLessThanOrEqualTo(16);
        assertThat(entered).containsExactlyInAnyOrderElementsOf(ids);

        String next = start(token, 1).get(0);
        event = event(subscriber);
        assertThat(event.at("/execution/id").asText()).isEqualTo(next);
        assertThat(event.get("entered")).isEmpty();
    }

    @Test
    void endsASubscriptionWhosePagesAreTooLarge() {
        String token = server.token(server.anOwner());
        String labels = IntStream.range(0, 30)
                .mapToObj(i -> "\"l" + i + "\":\"" + "x".repeat(250) + "\"")
                .collect(Collectors.joining(",", ",\"labels\":{", "}"));
        start(token, 200, labels);
        Subscriber subscriber = server.subscriber(token);

        String aliases =
                IntStream.range(0, 40).mapToObj(i -> "l" + i + ": labels").collect(Collectors.joining(" "));
        subscriber.subscribe(
                "large", "subscription { runningExecutions(snapshotPages: true) { entered { " + aliases + " } } }");

        assertThat(subscriber.next("error").at("/payload/0/extensions/code").asText())
                .isEqualTo("BAD_INPUT");
    }

    private List<String> start(String token, int count) {
        return start(token, count, "");
    }

    private List<String> start(String token, int count, String members) {
        List<String> ids =
                Stream.generate(() -> Ids.next().toString()).limit(count).toList();
        String events = ids.stream()
                .map(id -> "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\"" + members + "}\n")
                .collect(Collectors.joining());
        assertThat(server.events(token, events).statusCode()).isEqualTo(200);
        return ids;
    }

    private static JsonNode event(Subscriber subscriber) {
        return subscriber.next("next").at("/payload/data/running");
    }
}
