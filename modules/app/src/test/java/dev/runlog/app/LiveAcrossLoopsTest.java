package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Subscribers on different event loops see the same events, and continue on another loop. */
@ServerTest({"HTTP_EVENT_LOOPS=2", "LIVE_REPLAY_EVENTS_MAX=300", "RECORDING_BATCH_SIZE_MAX=20"})
final class LiveAcrossLoopsTest {
    private static final int RUNS = 60;
    private static final String CHANGES = "subscription ($after: String) { "
            + "changes: executionChanges(after: $after) { kind cursor execution { id status } } }";

    private final RunningServer server;

    LiveAcrossLoopsTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void seeTheSameEventsInTheSameOrder() {
        String token = server.token(server.anOwner());
        List<Subscriber> subscribers = server.subscribersOnTwoLoops(token);
        for (Subscriber subscriber : subscribers) {
            subscriber.subscribe("c", CHANGES, Map.of());
            assertThat(event(subscriber)).isEqualTo("SYNCED");
        }

        List<String> ids = record(token, RUNS);

        List<List<String>> seen = subscribers.stream()
                .map(subscriber -> IntStream.range(0, 2 * RUNS)
                        .mapToObj(i -> event(subscriber))
                        .toList())
                .toList();
        assertThat(seen.get(0)).isEqualTo(seen.get(1)).doesNotHaveDuplicates();
        for (String id : ids) {
            assertThat(seen.get(0)).containsSubsequence("ENTERED " + id + " RUNNING", "UPDATED " + id + " SUCCESS");
        }
    }

    @Test
    void continueAfterACursorOfAnotherLoop() {
        String token = server.token(server.anOwner());
        List<Subscriber> subscribers = server.subscribersOnTwoLoops(token);
        Subscriber one = subscribers.get(0);
        one.subscribe("c", CHANGES, Map.of());
        one.next("next");
        record(token, 1);
        String cursor = "";
        for (int i = 0; i < 2; i++) {
            cursor = one.next("next").at("/payload/data/changes/cursor").asText();
        }
        one.close();
        String missed = record(token, 1).get(0);

        Subscriber other = subscribers.get(1);
        other.subscribe("c", CHANGES, Map.of("after", cursor));

        assertThat(List.of(event(other), event(other)))
                .containsExactly("ENTERED " + missed + " RUNNING", "UPDATED " + missed + " SUCCESS");
    }

    @Test
    void restartAfterACursorThatTheLogNoLongerReaches() {
        String token = server.token(server.anOwner());
        List<Subscriber> subscribers = server.subscribersOnTwoLoops(token);
        subscribers.get(0).subscribe("c", CHANGES, Map.of());
        String cursor = subscribers
                .get(0)
                .next("next")
                .at("/payload/data/changes/cursor")
                .asText();
        record(server.token(server.anOwner()), 151);

        subscribers.get(1).subscribe("c", CHANGES, Map.of("after", cursor));

        assertThat(event(subscribers.get(1))).isEqualTo("RESET");
        assertThat(event(subscribers.get(1))).isEqualTo("SYNCED");
    }

    /** What was recorded before is in the lists that a client reads; its subscription starts after it. */
    @Test
    void startAfterWhatWasRecordedBefore() {
        String token = server.token(server.anOwner());
        List<Subscriber> subscribers = server.subscribersOnTwoLoops(token);
        for (int round = 0; round < 20; round++) {
            String name = "round " + round;
            record(token, 1);
            for (Subscriber subscriber : subscribers) {
                subscriber.subscribe(name, CHANGES, Map.of());
                assertThat(event(subscriber, name)).isEqualTo("SYNCED");
            }
            String id = record(token, 1).get(0);
            for (Subscriber subscriber : subscribers) {
                assertThat(List.of(event(subscriber, name), event(subscriber, name)))
                        .containsExactly("ENTERED " + id + " RUNNING", "UPDATED " + id + " SUCCESS");
                subscriber.send(Map.of("id", name, "type", "complete"));
            }
        }
    }

    /** Starts and finishes executions, and returns their IDs. */
    private List<String> record(String token, int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(Ids.next().toString());
        }
        String started = ids.stream()
                .map(id -> "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\"}\n")
                .collect(Collectors.joining());
        String finished = ids.stream()
                .map(id -> "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\"}\n")
                .collect(Collectors.joining());
        assertThat(server.events(token, started).statusCode()).isEqualTo(200);
        assertThat(server.events(token, finished).statusCode()).isEqualTo(200);
        return ids;
    }

    private static String event(Subscriber subscriber) {
        return describe(subscriber.next("next"));
    }

    /** The next event of one subscription. An earlier one may not have ended yet. */
    private static String event(Subscriber subscriber, String subscription) {
        JsonNode message = subscriber.next("next");
        while (!message.get("id").asText().equals(subscription)) {
            message = subscriber.next("next");
        }
        return describe(message);
    }

    private static String describe(JsonNode message) {
        JsonNode event = message.at("/payload/data/changes");
        return String.join(
                        " ",
                        event.path("kind").asText(),
                        event.at("/execution/id").asText(),
                        event.at("/execution/status").asText())
                .trim();
    }
}
